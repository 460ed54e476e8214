/* Made by "npm run docs" of docs/reference/openapi.json. */
/** What each route of `/doctor/v1` answers with 2xx, by its method and path. */

export type QueueName =
  | "events"
  | "changes"
  | "urgent"
  | "bulk"
  | "wide"
  | "reports"
  | "faults"
  | "webhooks"
  | "webhook-retries"
  | "rounds"
  | "slow-rounds"
  | "ticks"
  | "inventory"
  | "cloud"
  | "moves"
  | "mirror";
export type DeadLetterQueueName = "events" | "bulk" | "reports" | "faults" | "streams" | "webhooks" | "cloud";

export interface DoctorAnswers {
  "GET /doctor/v1": {
    version: {
      id: string;
      status: string;
      links: {
        rel: string;
        href: string;
      }[];
    };
  };
  "GET /doctor/v1/openapi.json": {
    openapi: "3.1.0";
    [k: string]: unknown | undefined;
  };
  "POST /doctor/v1/events": {
    accepted: number;
    refused: number;
  };
  "PUT /doctor/v1/hosts/{host}/data-plane-status": {
    host: string;
    data_plane_status: ("ACTIVE" | "DOWN") | null;
    fault_id: string | null;
    ports: number;
    ports_changed: number;
  };
  "GET /doctor/v1/faults": {
    faults: Fault[];
    next?: string;
  };
  "GET /doctor/v1/faults/{id}": {
    fault: Fault;
  };
  "GET /doctor/v1/faults/{id}/story": {
    story: {
      fault: Fault;
      projects: {
        project_id: string;
        resources: number;
        events: number;
        notifications: number;
        first_at: string | null;
        last_at: string | null;
      }[];
      complete: boolean;
    };
  };
  "GET /doctor/v1/hosts": {
    hosts: {
      host: string;
      zone: string;
      state: "down" | "silent" | "maintenance" | "disabled" | "up";
      status: "enabled" | "disabled";
      forced_down: boolean;
      maintenance: boolean;
      updated_at: string;
    }[];
    next?: string;
  };
  "PUT /doctor/v1/hosts/{host}": {
    host: Host;
  };
  "GET /doctor/v1/hosts/{host}": {
    host: Host;
  };
  "PUT /doctor/v1/servers/{uuid}": {
    server: Server;
  };
  "GET /doctor/v1/servers/{uuid}": {
    server: Server;
  };
  "GET /doctor/v1/servers/{uuid}/evacuation": {
    evacuation: {
      migration_uuid: string;
      id: number;
      instance_uuid: string;
      source: string;
      dest: string | null;
      status: string;
      executor: "none" | "external" | "openstack";
      reason: string | null;
      created_at: string;
      updated_at: string;
      progress: string | null;
    } | null;
  };
  "POST /doctor/v1/servers/{uuid}/evacuation": {
    evacuation: {
      migration_uuid: string;
      id: number;
      instance_uuid: string;
      source: string;
      dest: string | null;
      status: string;
      executor: "none" | "external" | "openstack";
      reason: string | null;
      created_at: string;
      updated_at: string;
    } | null;
  };
  "POST /doctor/v1/heartbeats": {
    heartbeats: {
      host: string;
      outcome: "noted" | "unknown";
    }[];
    unknown: string[];
  };
  "GET /doctor/v1/subscriptions": {
    subscriptions: Subscription[];
    next?: string;
  };
  "POST /doctor/v1/subscriptions": {
    subscription: Subscription;
  };
  "GET /doctor/v1/subscriptions/{id}": {
    subscription: Subscription;
  };
  "GET /doctor/v1/users/{name}": User;
  "PUT /doctor/v1/users/{name}": User;
  "GET /doctor/v1/webhook-key": {
    project_id: string;
    key: string;
  };
  "GET /doctor/v1/cloud": {
    cloud: {
      lag_seconds: number | null;
      services: {
        succeeded_at: string | null;
        failures: number;
        last_error: {
          at: string;
          message: string;
        } | null;
        lag_seconds: number | null;
        next_try_at: string | null;
      };
      changes: {
        succeeded_at: string | null;
        failures: number;
        last_error: {
          at: string;
          message: string;
        } | null;
        lag_seconds: number | null;
        next_try_at: string | null;
      };
      walks: {
        succeeded_at: string | null;
        failures: number;
        last_error: {
          at: string;
          message: string;
        } | null;
        lag_seconds: number | null;
        next_try_at: string | null;
      };
      returned_hosts: {
        succeeded_at: string | null;
        failures: number;
        last_error: {
          at: string;
          message: string;
        } | null;
        lag_seconds: number | null;
        next_try_at: string | null;
        waiting: number;
      };
      walk: {
        walk_id: string;
        requested: boolean;
        dry_run: boolean;
        phase: "hosts" | "servers" | "ports" | "done";
        started_at: string;
        ended_at: string | null;
        counts: {
          hosts: {
            seen: number;
            created: number;
            changed: number;
            moved: number;
            deleted: number;
            failed: number;
          };
          servers: {
            seen: number;
            created: number;
            changed: number;
            moved: number;
            deleted: number;
            failed: number;
          };
          ports: {
            seen: number;
            created: number;
            changed: number;
            moved: number;
            deleted: number;
            failed: number;
          };
        };
        differences: {
          resource: "host" | "server" | "port";
          id: string;
          kind: "created" | "changed" | "moved" | "deleted" | "failed";
          detail: string;
        }[];
      } | null;
    };
  };
  "POST /doctor/v1/cloud/walks": {
    walk: {
      walk_id: string;
      requested: boolean;
      dry_run: boolean;
      phase: "hosts" | "servers" | "ports" | "done";
      started_at: string;
      ended_at: string | null;
      counts: {
        hosts: {
          seen: number;
          created: number;
          changed: number;
          moved: number;
          deleted: number;
          failed: number;
        };
        servers: {
          seen: number;
          created: number;
          changed: number;
          moved: number;
          deleted: number;
          failed: number;
        };
        ports: {
          seen: number;
          created: number;
          changed: number;
          moved: number;
          deleted: number;
          failed: number;
        };
      };
      differences: {
        resource: "host" | "server" | "port";
        id: string;
        kind: "created" | "changed" | "moved" | "deleted" | "failed";
        detail: string;
      }[];
    };
  };
  "GET /doctor/v1/conditions": {
    conditions: Condition[];
    next?: string;
  };
  "GET /doctor/v1/conditions/{id}": {
    condition: Condition;
  };
  "DELETE /doctor/v1/conditions/{id}": {
    condition: Condition;
  };
  "GET /doctor/v1/sources": {
    sources: Source[];
    next?: string;
  };
  "GET /doctor/v1/sources/{kind}": {
    source: Source;
  };
  "PUT /doctor/v1/sources/{kind}": {
    source: Source;
  };
  "GET /doctor/v1/sources/{kind}/{name}": {
    source: Source;
  };
  "PUT /doctor/v1/sources/{kind}/{name}": {
    source: Source;
  };
  "GET /doctor/v1/unmatched": {
    unmatched: UnmatchedItem[];
    next?: string;
  };
  "PUT /doctor/v1/inspector/events": {
    items: ItemOutcome[];
  };
  "POST /doctor/v1/inspector/events": {
    items: ItemOutcome[];
  };
  "POST /doctor/v1/alertmanager": {
    items: ItemOutcome[];
  };
  "POST /doctor/v1/prometheus/api/v2/alerts": {
    items: ItemOutcome[];
  };
  "POST /doctor/v1/prometheus/{source}/api/v2/alerts": {
    items: ItemOutcome[];
  };
  "POST /doctor/v1/am/api/v2/alerts": {
    items: ItemOutcome[];
  };
  "POST /doctor/v1/redfish/{host}": {
    items: ItemOutcome[];
  };
  "POST /doctor/v1/redfish": {
    items: ItemOutcome[];
  };
  "POST /doctor/v1/consul": {
    items: ItemOutcome[];
  };
  "GET /doctor/v1/changes": {
    cursor: string;
    reset: boolean;
    held: boolean;
    changes: {
      [k: string]: string[] | undefined;
    };
    reload: ("hosts" | "servers" | "ports" | "faults" | "conditions" | "alarms")[];
  };
  "POST /doctor/v1/changes": {
    cursor: string;
    reset: boolean;
    held: boolean;
    changes: {
      [k: string]: string[] | undefined;
    };
    reload: ("hosts" | "servers" | "ports" | "faults" | "conditions" | "alarms")[];
    answers: {
      read: number;
      id: string | null;
      status: number;
      body?: unknown;
    }[];
  };
  "GET /doctor/v1/status": Status;
  "GET /doctor/v1/rates": {
    minutes: Minute[];
  };
  "GET /doctor/v1/host-history/{host}": {
    host: string;
    history: {
      at: string;
      what:
        | "fault_raised"
        | "fault_cleared"
        | "down"
        | "up"
        | "maintenance_started"
        | "maintenance_ended"
        | "disabled"
        | "enabled"
        | "evacuation";
      user_id: string | null;
      user_name: string | null;
      source: string | null;
      request_id: string | null;
      fault_id: string | null;
      fault_kind: ("host" | "data_plane") | null;
      affected: number | null;
      server_id: string | null;
      dest: string | null;
      status: string | null;
      updated_at: string | null;
    }[];
  };
  "GET /doctor/v1/dead-letters": {
    queues: {
      name: DeadLetterQueueName;
      count: number;
      holds: string;
      redrivable: boolean;
    }[];
  };
  "GET /doctor/v1/dead-letters/{queue}": {
    messages: DeadLetter[];
    next?: string;
  };
  "DELETE /doctor/v1/dead-letters/{queue}": {
    deleted: number;
    left: number;
  };
  "GET /doctor/v1/dead-letters/{queue}/{id}": {
    message: DeadLetter;
  };
  "POST /doctor/v1/dead-letters/{queue}/redrive": {
    redriven: string[];
    refused: {
      id: string;
      reason: string;
    }[];
    missing: string[];
    left: number;
  };
  "GET /doctor/v1/silences": {
    silences: Silence[];
    next?: string;
  };
  "POST /doctor/v1/silences": {
    silence: Silence;
  };
  "GET /doctor/v1/silences/{id}": {
    silence: Silence;
  };
  "POST /doctor/v1/alarm-preview": {
    from: string;
    to: string;
    looked_at: number;
    matched: number;
    events: {
      message_id: string;
      event_type: string;
      accepted_at: string;
      resource_id: string | null;
      effect: "raise" | "clear";
      traits: {
        [k: string]: string | number | boolean | null | undefined;
      };
    }[];
  };
}
export interface Fault {
  fault_id: string;
  kind: "host" | "data_plane";
  status: "open" | "cleared";
  raised_at: string;
  cleared_at: string | null;
  instances_affected: number;
  ports_affected: number;
  host?: string;
  source?: string | null;
  applied_to_cloud?: {
    change: "down" | "up";
    state: "pending" | "done" | "failed";
    reason: string | null;
    at: string;
  } | null;
  reported_by?: {
    user_id: string;
    user_name: string;
    project_id: string;
  };
  request_id?: string;
  instances?: {
    id: string;
    project_id?: string;
  }[];
  ports?: {
    id: string;
    project_id?: string;
  }[];
}
export interface Host {
  zone: string;
  heartbeat: boolean;
  hypervisor_type: string;
  hypervisor_version: number;
  host_ip: string | null;
  vcpus: number;
  memory_mb: number;
  local_gb: number;
  host: string;
  revision: number;
  deleted: boolean;
  service_id: string;
  service_number: number;
  hypervisor_id: string;
  status: "enabled" | "disabled";
  disabled_reason: string | null;
  forced_down: boolean;
  instances_left: boolean;
  held_by: {
    condition_id: string;
    source: string;
    fenced: boolean;
    cleared: boolean;
  }[];
  held_number: number;
  maintenance: boolean;
  mirrored?: true;
  fault_number: number;
  reported_at: string;
  last_seen_up: string | null;
  heartbeat_since: string | null;
  created_at: string;
  updated_at: string;
  state: "up" | "down";
  last_fault_at: string | null;
}
export interface Server {
  vm_state:
    | "active"
    | "building"
    | "paused"
    | "suspended"
    | "stopped"
    | "rescued"
    | "resized"
    | "soft-delete"
    | "deleted"
    | "error"
    | "shelved"
    | "shelved_offloaded";
  power_state: number;
  task_state: string | null;
  name: string;
  project_id: string;
  user_id: string;
  host: string | null;
  launched_at: string | null;
  terminated_at: string | null;
  flavor: {
    id: string;
    original_name: string;
    vcpus: number;
    ram: number;
    disk: number;
    ephemeral: number;
    swap: number;
    extra_specs: {
      [k: string]: string | undefined;
    };
  };
  image_id: string;
  addresses: {
    /**
     * @maxItems 100
     */
    [k: string]:
      | {
          addr: string;
          version: 4 | 6;
          "OS-EXT-IPS:type"?: "fixed" | "floating";
          "OS-EXT-IPS-MAC:mac_addr"?: string;
        }[]
      | undefined;
  };
  metadata: {
    [k: string]: string | undefined;
  };
  availability_zone: string;
  revision: number;
  deleted: boolean;
  owned: {
    description: string | null;
    hostname: string | null;
    access_ip_v4: string;
    access_ip_v6: string;
    disk_config: "AUTO" | "MANUAL";
    tags: string[];
  };
  pre_fault: {
    vm_state:
      | "active"
      | "building"
      | "paused"
      | "suspended"
      | "stopped"
      | "rescued"
      | "resized"
      | "soft-delete"
      | "deleted"
      | "error"
      | "shelved"
      | "shelved_offloaded";
    power_state: number;
    task_state: string | null;
    at: string;
    fault_id: string;
  } | null;
  fault: {
    code: number;
    message: string;
    created: string;
  } | null;
  evacuation: {
    uuid: string;
    number: number;
    source: string;
    dest: string | null;
    dest_ip: string | null;
    status: "accepted" | "pre-migrating" | "done" | "failed" | "error";
    original: "active" | "stopped";
    dest_incarnation: string | null;
    dest_fault_number: number;
    source_restarts: number;
    executor: "none" | "external" | "openstack";
    reason: string | null;
    user_id: string;
    project_id: string;
    request_id: string | null;
    created_at: string;
    updated_at: string;
  } | null;
  mirrored?: true;
  reported_at: string;
  updated_at: string;
  id: string;
  created: string;
  locked: boolean;
  locked_by: string | null;
  locked_reason: string | null;
}
export interface Subscription {
  protocol: "sqs" | "lambda" | "https" | "http" | "email" | "email-json";
  endpoint: string;
  project_id: string;
  all_projects: boolean;
  filter: {
    /**
     * @minItems 1
     * @maxItems 50
     */
    alarm_id?: [string, ...string[]];
    /**
     * @minItems 1
     * @maxItems 50
     */
    resource_id?: [string, ...string[]];
    /**
     * @minItems 1
     * @maxItems 50
     */
    severity?: ["low" | "moderate" | "critical", ...("low" | "moderate" | "critical")[]];
    /**
     * @minItems 1
     * @maxItems 50
     */
    current?: ["ok" | "alarm" | "insufficient data", ...("ok" | "alarm" | "insufficient data")[]];
    /**
     * @minItems 1
     * @maxItems 50
     */
    event_type?: [string, ...string[]];
  };
  raw_message_delivery: boolean;
  group: "fault" | null;
  created_at: string;
  id: string;
  status: "confirmed" | "pending confirmation" | "gone" | "incomplete";
}
export interface User {
  id: string;
  name: string;
  projects: {
    id: string;
    name: string;
    roles: ("admin" | "member" | "reader" | "service" | "data_plane_integrator" | "monitor")[];
  }[];
  enabled: boolean;
}
export interface Condition {
  source: string;
  key: string;
  target:
    | {
        kind: "host";
        host: string;
      }
    | {
        kind: "port";
        port_id: string;
      }
    | {
        kind: "server";
        server_id: string;
      };
  effect:
    "host_down" | "host_unreachable" | "host_data_plane" | "port_data_plane" | "port_status" | "server_error" | "none";
  severity: "critical" | "major" | "minor" | "warning" | "indeterminate";
  cause: string;
  observed_at: string | null;
  fenced: boolean;
  state: "raised" | "cleared" | "stale";
  held: boolean;
  raised_at: string;
  renewed_at: string;
  cleared_at: string | null;
  cleared_by: {
    user_id: string;
    reason: string;
  } | null;
  fault_id: string | null;
  reported_by: {
    user_id: string;
    user_name: string;
    project_id: string;
  };
  request_id: string;
  id: string;
}
export interface Source {
  clear: "auto" | "hold" | "unset";
  fenced: boolean;
  stale_after: number | null;
  mapping: unknown;
  /**
   * @maxItems 100
   */
  reporters: string[];
  name: string;
  updated_at?: string;
  updated_by?: {
    user_id: string;
    user_name: string;
  };
}
export interface UnmatchedItem {
  source: string;
  at: string;
  reported_by: {
    user_id: string;
    user_name: string;
    project_id: string;
  };
  request_id: string;
  reason: string;
  item: string;
  id: string;
}
export interface ItemOutcome {
  outcome: "raised" | "renewed" | "cleared" | "ignored" | "unmatched";
  reason: string | null;
  condition_id: string | null;
  fault_id: string | null;
}
export interface Status {
  at: string;
  hosts: {
    total: number;
    down: number;
    silent: number;
    maintenance: number;
    disabled: number;
    up: number;
  };
  servers: {
    total: number;
    by_state: {
      [k: string]: number | undefined;
    };
    complete: boolean;
  };
  ports: {
    total: number;
    complete: boolean;
  };
  faults: {
    open: number;
    oldest_at: string | null;
    complete: boolean;
  };
  queues: {
    name: QueueName;
    waiting: number;
    in_flight: number;
    delayed: number;
    not_empty_since: string | null;
  }[];
  dead_letters: {
    queue: DeadLetterQueueName;
    count: number;
  }[];
}
export interface Minute {
  at: string;
  notifications: number;
  p50_ms: number | null;
  p99_ms: number | null;
  webhooks: {
    delivered: number;
    retried: number;
    given_up: number;
    refused: number;
  };
  waiting: {
    [k: string]: number | undefined;
  };
  dead_letters: {
    [k: string]: number | undefined;
  };
}
export interface DeadLetter {
  id: string;
  sent_at: string;
  receives: number;
  reason: string | null;
  source: QueueName | null;
  redrivable: boolean;
  refused: string | null;
  element: unknown;
}
export interface Silence {
  project_id: string | null;
  matchers: {
    /**
     * @minItems 1
     * @maxItems 50
     */
    project_id?: [string, ...string[]];
    /**
     * @minItems 1
     * @maxItems 50
     */
    resource_id?: [string, ...string[]];
    /**
     * @minItems 1
     * @maxItems 50
     */
    alarm_id?: [string, ...string[]];
    /**
     * @minItems 1
     * @maxItems 50
     */
    host?: [string, ...string[]];
  };
  starts_at: string;
  ends_at: string;
  reason: string;
  created_by: string;
  created_at: string;
  id: string;
  status: "pending" | "active" | "expired";
}
