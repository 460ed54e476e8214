/* Made by "npm run docs" from docs/reference/openapi.json. */
/** What each route answers with 2xx, by its method and path. */

export interface FaultsAnswers {
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
    next?: string;
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
