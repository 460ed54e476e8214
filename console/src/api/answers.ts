/* Made by "npm run docs" from docs/reference/openapi.json. */
import type { CloudAnswers } from './answers/cloud.ts';
import type { DocumentsAnswers } from './answers/documents.ts';
import type { FaultsAnswers } from './answers/faults.ts';
import type { MonitorsAnswers } from './answers/monitors.ts';
import type { NotificationsAnswers } from './answers/notifications.ts';
import type { OperationsAnswers } from './answers/operations.ts';
import type { ResourcesAnswers } from './answers/resources.ts';
import type { UsersAnswers } from './answers/users.ts';

/** The answers of all subjects. */
export type DoctorAnswers = CloudAnswers &
  DocumentsAnswers &
  FaultsAnswers &
  MonitorsAnswers &
  NotificationsAnswers &
  OperationsAnswers &
  ResourcesAnswers &
  UsersAnswers;
