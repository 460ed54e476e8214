#!/bin/sh
# Reports a host's fault, or its end, to Doctor. It does the same as `doctor report`, without Node:
# it needs a POSIX shell, curl, awk, od, sed, tr, date, ls and mktemp. See --help.
set -u
LC_ALL=C
export LC_ALL

usage() {
  cat <<'END'
Usage: doctor-report.sh [OPTIONS] (--down|--up) HOST
       doctor-report.sh [OPTIONS] --from MONITOR [ARGUMENTS]

Reports a host's fault, or its end, to Doctor, and repeats the report until it is accepted.

  --down, --up        the host is down; the host is up again
  --type TYPE         the type of the event; default compute.host.down
  --severity LEVEL    critical (the default of --down), major, minor, warning or indeterminate
  --monitor NAME      who reports; default the name after --from. It makes the source script/NAME,
                      or consul/NAME or alertmanager/NAME; without it script, consul or alertmanager
  --event-id ID       the monitor's id of the fault, the same when it ends
  --cause TEXT        a sentence for people
  --fenced            the host was fenced: its servers no longer run
  --from MONITOR      read the report as MONITOR gives it:
      nagios          arguments NAME=VALUE (HOSTNAME, HOSTSTATE, HOSTSTATETYPE, NOTIFICATIONTYPE,
                      HOSTPROBLEMID, LASTHOSTPROBLEMID, HOSTOUTPUT), else NAGIOS_NAME in the environment
      icinga          the same names without the ids, else ICINGA_NAME in the environment
      pacemaker       CRM_alert_... in the environment
      keepalived      arguments INSTANCE|GROUP NAME STATE PRIORITY, which keepalived appends
      consul          the list of critical checks on standard input
      alertmanager    the webhook's body on standard input
  --host NAME         with keepalived: the name of this host in Doctor; default uname -n
  --config FILE       default /etc/doctor/report.conf, if it exists. Lines NAME=VALUE with DOCTOR_URL
                      (https://.../doctor/v1) and either DOCTOR_TOKEN, or DOCTOR_USERNAME and
                      DOCTOR_PASSWORD. A variable of the environment overrides its line. Others must not be
                      able to read the file, and its group must not be able to write it.
  --timeout SECONDS   how long to try, 1 to 600; default 20
  -h, --help

An answer 5xx and a connection that fails are tried again; 3xx and 4xx are not.
Exit status: 0 accepted by Doctor, or nothing to report; 1 refused, or not accepted in time;
2 wrong command line, environment or configuration.
END
}

# Prints one line. Text from the network must neither break it nor move the cursor.
line() {
  printf 'doctor-report: %.2000s' "$1" | tr '\000-\037\177' ' '
  echo
}
misuse() {
  line "$1" >&2
  exit 2
}
ignored() {
  line "nothing to report: $1"
  exit 0
}

# A text as a JSON string in ASCII. Bytes that are not UTF-8 become U+FFFD.
json() {
  printf '%s' "$1" | od -An -v -tu1 | awk '
    function put(c) {
      if (c == 34 || c == 92) printf "\\%c", c
      else if (c >= 32 && c < 127) printf "%c", c
      else if (c < 65536) printf "\\u%04x", c
      else { c -= 65536; printf "\\u%04x\\u%04x", 55296 + int(c / 1024), 56320 + c % 1024 }
    }
    function begin(bytes, bits) { need = bytes; code = bits; low = 128; high = 191 }
    function take(b) {
      if (need > 0) {
        if (b >= low && b <= high) {
          code = code * 64 + b - 128; low = 128; high = 191; need -= 1
          if (need == 0) put(code)
          return
        }
        need = 0; put(65533)
      }
      if (b < 128) put(b)
      else if (b >= 194 && b <= 223) begin(1, b - 192)
      else if (b >= 224 && b <= 239) {
        begin(2, b - 224)
        if (b == 224) low = 160
        if (b == 237) high = 159
      } else if (b >= 240 && b <= 244) {
        begin(3, b - 240)
        if (b == 240) low = 144
        if (b == 244) high = 143
      } else put(65533)
    }
    BEGIN { printf "\"" }
    { for (i = 1; i <= NF; i++) take($i + 0) }
    END { if (need > 0) put(65533); printf "\"" }'
}

# A text between the quotes of curl's configuration.
curl_text() { printf '%s' "$1" | sed 's/[\\"]/\\&/g'; }

lower() { printf '%s' "$1" | tr '[:upper:]' '[:lower:]'; }

# --- Options -------------------------------------------------------------------------------------

status='' type='' severity='' monitor='' event_id='' cause='' fenced='' from='' host_option=''
config='' seconds=20 count=0 first='' second='' third=''
HOSTNAME_='' HOSTSTATE_='' HOSTSTATETYPE_='' NOTIFICATIONTYPE_='' HOSTPROBLEMID_=''
LASTHOSTPROBLEMID_='' HOSTOUTPUT_=''

argument() {
  case $1 in
    HOSTNAME=*) HOSTNAME_=${1#*=} ;;
    HOSTSTATE=*) HOSTSTATE_=${1#*=} ;;
    HOSTSTATETYPE=*) HOSTSTATETYPE_=${1#*=} ;;
    NOTIFICATIONTYPE=*) NOTIFICATIONTYPE_=${1#*=} ;;
    HOSTPROBLEMID=*) HOSTPROBLEMID_=${1#*=} ;;
    LASTHOSTPROBLEMID=*) LASTHOSTPROBLEMID_=${1#*=} ;;
    HOSTOUTPUT=*) HOSTOUTPUT_=${1#*=} ;;
    *)
      count=$((count + 1))
      case $count in
        1) first=$1 ;;
        2) second=$1 ;;
        3) third=$1 ;;
        4) ;; # keepalived's priority
        *) misuse "Unexpected argument: $1" ;;
      esac
      ;;
  esac
}

option() {
  case $1 in
    --type) type=$2 ;;
    --severity) severity=$2 ;;
    --monitor) monitor=$2 ;;
    --event-id) event_id=$2 ;;
    --cause) cause=$2 ;;
    --from) from=$2 ;;
    --host) host_option=$2 ;;
    --config) config=$2 ;;
    --timeout) seconds=$2 ;;
    *) misuse "Unknown option: $1" ;;
  esac
}

set_status() {
  [ -z "$status" ] || [ "$status" = "$1" ] || misuse '--down and --up exclude each other.'
  status=$1
}

while [ $# -gt 0 ]; do
  case $1 in
    -h | --help) usage; exit 0 ;;
    --down) set_status down ;;
    --up) set_status up ;;
    --fenced) fenced=true ;;
    --*=*) option "${1%%=*}" "${1#*=}" ;;
    --type | --severity | --monitor | --event-id | --cause | --from | --host | --config | --timeout)
      [ $# -gt 1 ] || misuse "$1 needs a value."
      option "$1" "$2"
      shift
      ;;
    -?*) misuse "Unknown option: $1" ;;
    *) argument "$1" ;;
  esac
  shift
done

severity=$(lower "$severity")
case $severity in
  '' | critical | major | minor | warning | indeterminate) ;;
  *) misuse '--severity is critical, major, minor, warning or indeterminate.' ;;
esac
# A part of the name of a source: script/NAME, consul/NAME, alertmanager/NAME.
case $monitor in
  *[!A-Za-z0-9._-]*) misuse '--monitor has letters, digits, dots, hyphens and underscores.' ;;
esac
case $seconds in
  *[!0-9]* | '' | ????*) seconds=0 ;;
esac
if [ "$seconds" -lt 1 ] || [ "$seconds" -gt 600 ]; then
  misuse '--timeout is a number from 1 to 600.'
fi

# --- What the monitor says -----------------------------------------------------------------------

# Nagios and Icinga: a call with a notification type is a notification. Any other call is from an
# event handler, of which only hard states count.
from_state() {
  host=$HOSTNAME_
  [ -n "$host" ] || misuse "HOSTNAME is missing."
  found=$HOSTOUTPUT_
  case $NOTIFICATIONTYPE_ in
    PROBLEM | RECOVERY | '') ;;
    *) ignored "NOTIFICATIONTYPE is $NOTIFICATIONTYPE_." ;;
  esac
  if [ -z "$NOTIFICATIONTYPE_" ] && [ "$HOSTSTATETYPE_" != HARD ]; then
    ignored "HOSTSTATETYPE is ${HOSTSTATETYPE_:-empty}."
  fi
  case $NOTIFICATIONTYPE_/$HOSTSTATE_ in
    PROBLEM/DOWN | /DOWN) status=down ;;
    RECOVERY/* | /UP) status=up ;;
    *) ignored "HOSTSTATE is ${HOSTSTATE_:-empty}." ;;
  esac
}

from_pacemaker() {
  kind=${CRM_alert_kind:-} found=${CRM_alert_desc:-} host=${CRM_alert_node:-}
  case $kind in
    node)
      case $found in
        lost) status=down ;;
        member) status=up ;;
        *) ignored "the node is ${found:-in no state}." ;;
      esac
      found="Pacemaker: node $found"
      ;;
    fencing)
      [ "${CRM_alert_rc:-}" = 0 ] || ignored "fencing ended with ${CRM_alert_rc:-no code}."
      task=${CRM_alert_task:-}
      # Pacemaker 2.1.5 gives the name of its message, and the task in "Operation reboot of NODE by NODE …".
      [ "$task" != st_notify_fence ] || { task=${found#Operation } task=${task%% *}; }
      case $task in
        off | reboot) status=down fenced=true ;;
        *) ignored "the fencing task is ${task:-empty}." ;;
      esac
      ;;
    *) ignored "the kind of the alert is ${kind:-empty}." ;;
  esac
  [ -n "$host" ] || misuse 'CRM_alert_node is missing.'
}

from_keepalived() {
  host=${host_option:-$(uname -n)}
  case $first in
    INSTANCE | GROUP) ;;
    *) misuse 'keepalived gives INSTANCE or GROUP, a name, a state and a priority.' ;;
  esac
  [ -n "$second" ] || misuse 'The name of the instance is missing.'
  case $third in
    FAULT) status=down ;;
    MASTER | BACKUP | STOP) status=up ;;
    *) ignored "the state is ${third:-empty}." ;;
  esac
  found="keepalived: $second is $third"
  [ -n "$event_id" ] || event_id="$host/$first/$second"
}

found='' path='' host=''
case $from in
  '')
    [ -n "$status" ] || misuse 'One of --down, --up and --from is needed.'
    [ "$count" -le 1 ] || misuse "Unexpected argument: $second"
    host=$first
    [ -n "$host" ] || misuse 'HOST is missing.'
    ;;
  *) [ -z "$status" ] || misuse "--from $from excludes --down and --up." ;;
esac
case $from in
  nagios)
    HOSTNAME_=${HOSTNAME_:-${NAGIOS_HOSTNAME:-}}
    HOSTSTATE_=${HOSTSTATE_:-${NAGIOS_HOSTSTATE:-}}
    HOSTSTATETYPE_=${HOSTSTATETYPE_:-${NAGIOS_HOSTSTATETYPE:-}}
    NOTIFICATIONTYPE_=${NOTIFICATIONTYPE_:-${NAGIOS_NOTIFICATIONTYPE:-}}
    HOSTPROBLEMID_=${HOSTPROBLEMID_:-${NAGIOS_HOSTPROBLEMID:-}}
    LASTHOSTPROBLEMID_=${LASTHOSTPROBLEMID_:-${NAGIOS_LASTHOSTPROBLEMID:-}}
    HOSTOUTPUT_=${HOSTOUTPUT_:-${NAGIOS_HOSTOUTPUT:-}}
    from_state
    # The id is 0 when there is no problem. In a recovery the other macro has the id of the problem.
    case $HOSTPROBLEMID_ in '' | 0) HOSTPROBLEMID_=$LASTHOSTPROBLEMID_ ;; esac
    case $HOSTPROBLEMID_ in '' | 0) ;; *) event_id=${event_id:-$HOSTPROBLEMID_} ;; esac
    ;;
  icinga)
    HOSTNAME_=${HOSTNAME_:-${ICINGA_HOSTNAME:-}}
    HOSTSTATE_=${HOSTSTATE_:-${ICINGA_HOSTSTATE:-}}
    HOSTSTATETYPE_=${HOSTSTATETYPE_:-${ICINGA_HOSTSTATETYPE:-}}
    NOTIFICATIONTYPE_=${NOTIFICATIONTYPE_:-${ICINGA_NOTIFICATIONTYPE:-}}
    HOSTOUTPUT_=${HOSTOUTPUT_:-${ICINGA_HOSTOUTPUT:-}}
    from_state
    ;;
  pacemaker) from_pacemaker ;;
  keepalived) from_keepalived ;;
  consul | alertmanager)
    path=/$from
    [ -z "$monitor" ] || path="$path?source=$monitor"
    ;;
  '') ;;
  *) misuse '--from is nagios, icinga, pacemaker, keepalived, consul or alertmanager.' ;;
esac

# --- Where to, and with which credential ---------------------------------------------------------

command -v curl >/dev/null 2>&1 || misuse 'curl is not installed.'
file_url='' file_token='' file_username='' file_password=''
read_config() {
  mode=$(ls -ldL "$1" 2>/dev/null) || misuse "$1 cannot be read."
  case $mode in
    ?????-?--*) ;;
    *) misuse "$1 has the mode ${mode%% *}: others must not read it, nor its group write it." ;;
  esac
  [ -r "$1" ] || misuse "$1 cannot be read."
  while IFS= read -r setting || [ -n "$setting" ]; do
    case $setting in
      '' | '#'*) ;;
      DOCTOR_URL=*) file_url=${setting#*=} ;;
      DOCTOR_TOKEN=*) file_token=${setting#*=} ;;
      DOCTOR_USERNAME=*) file_username=${setting#*=} ;;
      DOCTOR_PASSWORD=*) file_password=${setting#*=} ;;
      *) misuse "$1 has a line that is no setting: ${setting%%=*}" ;;
    esac
  done <"$1"
}
usual_config=/etc/doctor/report.conf
if [ -n "$config" ]; then
  read_config "$config"
elif [ -e "$usual_config" ]; then
  read_config "$usual_config"
fi
url=${DOCTOR_URL:-$file_url}
token=${DOCTOR_TOKEN:-$file_token}
username=${DOCTOR_USERNAME:-$file_username}
password=${DOCTOR_PASSWORD:-$file_password}

newline='
'
case $url$token$username$password in
  *"$newline"*) misuse 'DOCTOR_URL, DOCTOR_TOKEN, DOCTOR_USERNAME and DOCTOR_PASSWORD are one line each.' ;;
esac
case $url in
  https://?* | http://?*) ;;
  '') misuse 'DOCTOR_URL is not set.' ;;
  *) misuse 'DOCTOR_URL begins with https:// or http://.' ;;
esac
while :; do
  case $url in
    */) url=${url%/} ;;
    *) break ;;
  esac
done
case $token in
  *[!!-~]*) misuse 'DOCTOR_TOKEN has a character that no token has.' ;;
esac
if [ -n "$token" ]; then
  credential="header = \"Authorization: Bearer $(curl_text "$token")\""
elif [ -n "$username" ] && [ -n "$password" ]; then
  credential="user = \"$(curl_text "$username:$password")\""
else
  misuse 'DOCTOR_TOKEN is not set, nor DOCTOR_USERNAME and DOCTOR_PASSWORD.'
fi

# --- The report ----------------------------------------------------------------------------------

details=''
member() {
  [ -z "$2" ] || details="$details${details:+,}\"$1\":$(json "$2")"
}
if [ -z "$path" ]; then
  path='/inspector/events?source=script'
  monitor=${monitor:-$from}
  [ -z "$monitor" ] || path=$path/$monitor
  [ "$status" = up ] || severity=${severity:-critical}
  member hostname "$host"
  member status "$status"
  member monitor "${monitor:-script}"
  member monitor_event_id "$event_id"
  member severity "$severity"
  member cause "${cause:-$found}"
  if [ -n "$fenced" ] && [ "$status" = down ]; then
    details="$details,\"fenced\":true"
  fi
  what="$host $status"
  time=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  type=$(json "${type:-compute.host.down}")
  body="{\"time\":\"$time\",\"type\":$type,\"details\":{$details}}"
  data="data-raw = \"$(curl_text "$body")\""
else
  # A list may be long, so it is passed in a file. It has no secrets.
  what="the body from $from"
  directory=$(mktemp -d "${TMPDIR:-/tmp}/doctor-report.XXXXXX") || misuse 'mktemp failed.'
  trap 'rm -rf "$directory"' EXIT
  trap 'exit 1' HUP INT TERM
  cat >"$directory/body"
  [ -s "$directory/body" ] || misuse 'Standard input is empty.'
  data="data-binary = \"@$(curl_text "$directory/body")\""
fi

# Sends the report once. Sets answer, and code: the status of the answer, or 000 if there is none.
# The configuration is passed in a pipe, because other users can see the arguments of a process.
send() {
  answer=$(
    printf '%s\n' "url = \"$(curl_text "$url$path")\"" 'proto = "=http,https"' "max-time = $1" \
      'header = "Content-Type: application/json"' 'header = "Accept: application/json"' \
      'header = "Expect:"' "$credential" "$data" |
      curl -q -sS -K - -w '\n%{http_code}' 2>&1
  ) && code=${answer##*"$newline"} || code=000
  # After a failure the text is curl's message, otherwise the body of the answer.
  answer=$(printf '%s' "$answer" | sed -e "/^$code\$/d" -e "s/^000curl:/curl:/")
}

# The longest wait for one answer, and the pauses: 0.5 s, doubled up to 4 s, times 0.5 to 1.
longest=6
began=$(date +%s)
tries=0
while :; do
  left=$((seconds - $(date +%s) + began))
  [ "$left" -ge 1 ] || left=1
  [ "$left" -le "$longest" ] || left=$longest
  send "$left"
  tries=$((tries + 1))
  case $code in
    2??)
      line "$what is reported (HTTP $code). $answer"
      exit 0
      ;;
    000) why="no answer: $answer" ;;
    5??) why="HTTP $code: $answer" ;;
    *)
      line "$what is refused (HTTP $code): $answer" >&2
      exit 1
      ;;
  esac
  pause=$(awk -v tries="$tries" -v seed="$$$(date +%s)" 'BEGIN {
    srand(seed); most = 0.5 * 2 ^ (tries - 1); if (most > 4) most = 4
    printf "%.2f", most * (0.5 + rand() / 2) }')
  if [ $(($(date +%s) - began + ${pause%.*} + 1)) -gt "$seconds" ]; then
    line "$what is not reported after $tries tries: $why" >&2
    exit 1
  fi
  # A `sleep` that takes no fractions waits up to a second longer.
  sleep "$pause" 2>/dev/null || sleep $((${pause%.*} + 1))
done
