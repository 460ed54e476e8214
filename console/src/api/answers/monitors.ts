/* Made by "npm run docs" from docs/reference/openapi.json. */
/** What each route answers with 2xx, by its method and path. */

export interface MonitorsAnswers {
  "PUT /doctor/v1/inspector/events": {
    items: ItemOutcome[];
    left_out?: number;
  };
  "POST /doctor/v1/inspector/events": {
    items: ItemOutcome[];
    left_out?: number;
  };
  "POST /doctor/v1/alertmanager": {
    items: ItemOutcome[];
    left_out?: number;
  };
  "POST /doctor/v1/prometheus/api/v2/alerts": {
    items: ItemOutcome[];
    left_out?: number;
  };
  "POST /doctor/v1/prometheus/{source}/api/v2/alerts": {
    items: ItemOutcome[];
    left_out?: number;
  };
  "POST /doctor/v1/am/api/v2/alerts": {
    items: ItemOutcome[];
    left_out?: number;
  };
  "POST /doctor/v1/redfish/{host}": {
    items: ItemOutcome[];
    left_out?: number;
  };
  "POST /doctor/v1/redfish": {
    items: ItemOutcome[];
    left_out?: number;
  };
  "POST /doctor/v1/consul": {
    items: ItemOutcome[];
    left_out?: number;
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
}
export interface ItemOutcome {
  outcome: "raised" | "renewed" | "cleared" | "ignored" | "unmatched";
  reason: string | null;
  condition_id: string | null;
  fault_id: string | null;
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
