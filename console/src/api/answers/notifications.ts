/* Made by "npm run docs" from docs/reference/openapi.json. */
/** What each route answers with 2xx, by its method and path. */

export interface NotificationsAnswers {
  "POST /doctor/v1/events": {
    accepted: number;
    refused: number;
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
  "GET /doctor/v1/webhook-key": {
    project_id: string;
    key: string;
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
  "POST /doctor/v1/alarms/{alarm_id}/test": {
    test: AlarmTest;
  };
  "GET /doctor/v1/alarms/{alarm_id}/test/{id}": {
    test: AlarmTest;
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
    /**
     * @minItems 1
     * @maxItems 1
     */
    test?: ["true" | "false"];
  };
  raw_message_delivery: boolean;
  group: "fault" | null;
  created_at: string;
  id: string;
  status: "confirmed" | "pending confirmation" | "gone" | "incomplete";
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
export interface AlarmTest {
  alarm_id: string;
  state: "ok" | "alarm" | "insufficient data";
  notification_id: string;
  subscriptions: {
    id: string;
    protocol: "sqs" | "lambda" | "https" | "http" | "email" | "email-json";
    endpoint: string;
    group: "fault" | null;
  }[];
  topics: number;
  silenced_by: string | null;
  enabled: boolean;
  created_at: string;
  webhooks: {
    action: string;
    result: "pending" | "delivered" | "retrying" | "given up" | "dropped";
    attempts: number;
    status: number | null;
    reason: string;
    at: string | null;
  }[];
  id: string;
  published_at: string | null;
}
