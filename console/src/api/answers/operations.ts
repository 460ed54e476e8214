/* Made by "npm run docs" from docs/reference/openapi.json. */
/** What each route answers with 2xx, by its method and path. */

export type QueueName =
  | "events"
  | "changes"
  | "urgent"
  | "bulk"
  | "wide"
  | "timeouts"
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

export interface OperationsAnswers {
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
