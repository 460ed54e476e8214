/* Made by "npm run docs" from docs/reference/openapi.json. */
/** What each route answers with 2xx, by its method and path. */

export interface ResourcesAnswers {
  "PUT /doctor/v1/hosts/{host}/data-plane-status": {
    host: string;
    data_plane_status: ("ACTIVE" | "DOWN") | null;
    fault_id: string | null;
    ports: number;
    ports_changed: number;
  };
  "POST /doctor/v1/heartbeats": {
    heartbeats: {
      host: string;
      outcome: "noted" | "unknown";
    }[];
    unknown: string[];
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
