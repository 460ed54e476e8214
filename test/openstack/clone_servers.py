"""clone_servers.py CONF COUNT: copies the rows of a server in Nova's database COUNT times; 0 deletes the copies.

CONF is nova.conf with the connections of [database] and [api_database]. A copy is on the host of the first active server,
one second older than the copy before, and was not changed since. Only the API shows copies: no compute service has them.
"""
import re
import sys
from urllib.parse import urlparse

import pymysql

text = open(sys.argv[1]).read()
count = int(sys.argv[2])
cell, api = (urlparse(url) for url in re.findall(r"^connection=(\S+)", text, re.M)[:2])
link = pymysql.connect(host=cell.hostname, port=cell.port, user=cell.username, password=cell.password)
cursor = link.cursor()
cell, api = cell.path[1:], api.path[1:]
prefix = "c0d1e000-0000-4000-8000-"
copied = f"CONCAT('{prefix}', LPAD(seq, 12, '0'))"


def columns(schema, table):
    cursor.execute("SELECT column_name FROM information_schema.columns WHERE table_schema=%s AND table_name=%s", (schema, table))
    return [name for name, in cursor.fetchall() if name != "id"]


def clone(schema, table, key, source, **other):
    values = {name: f"`{name}`" for name in columns(schema, table)} | {key: copied} | other
    names = ", ".join(f"`{name}`" for name in values)
    cursor.execute(f"INSERT INTO {schema}.{table} ({names}) SELECT {', '.join(values.values())} "
                   f"FROM {schema}.{table}, {cell}.seq_1_to_{count} WHERE `{key}` = %s", (source,))


tables = [(cell, "instance_extra", "instance_uuid"), (cell, "instance_info_caches", "instance_uuid"),
          (cell, "instance_system_metadata", "instance_uuid"), (api, "instance_mappings", "instance_uuid")]
if count:
    cursor.execute(f"SELECT uuid FROM {cell}.instances WHERE deleted = 0 AND vm_state = 'active' ORDER BY id LIMIT 1")
    (source,) = cursor.fetchone()
    older = "created_at - INTERVAL seq SECOND"
    clone(cell, "instances", "uuid", source, created_at=older, updated_at=older, display_name="CONCAT('copy-', seq)")
    for each in tables:
        clone(*each, source)
else:
    for schema, table, key in [*tables, (cell, "instances", "uuid")]:
        cursor.execute(f"DELETE FROM {schema}.{table} WHERE `{key}` LIKE %s", (prefix + "%",))
link.commit()
