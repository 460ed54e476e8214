/* Made by "npm run docs" from docs/reference/openapi.json. */
/** What each route answers with 2xx, by its method and path. */

export interface CloudAnswers {
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
        allow_deletions: boolean;
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
            applied: number;
            held: number;
          };
          servers: {
            seen: number;
            created: number;
            changed: number;
            moved: number;
            deleted: number;
            failed: number;
            applied: number;
            held: number;
          };
          ports: {
            seen: number;
            created: number;
            changed: number;
            moved: number;
            deleted: number;
            failed: number;
            applied: number;
            held: number;
          };
        };
        differences: {
          resource: "host" | "server" | "port";
          id: string;
          kind: "created" | "changed" | "moved" | "deleted" | "failed" | "applied" | "held";
          detail: string;
        }[];
        warnings: string[];
      } | null;
    };
  };
  "POST /doctor/v1/cloud/walks": {
    walk: {
      walk_id: string;
      requested: boolean;
      dry_run: boolean;
      allow_deletions: boolean;
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
          applied: number;
          held: number;
        };
        servers: {
          seen: number;
          created: number;
          changed: number;
          moved: number;
          deleted: number;
          failed: number;
          applied: number;
          held: number;
        };
        ports: {
          seen: number;
          created: number;
          changed: number;
          moved: number;
          deleted: number;
          failed: number;
          applied: number;
          held: number;
        };
      };
      differences: {
        resource: "host" | "server" | "port";
        id: string;
        kind: "created" | "changed" | "moved" | "deleted" | "failed" | "applied" | "held";
        detail: string;
      }[];
      warnings: string[];
    };
  };
}
