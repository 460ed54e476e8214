/* Made by "npm run docs" from docs/reference/openapi.json. */
/** What each route answers with 2xx, by its method and path. */

export interface UsersAnswers {
  "GET /doctor/v1/users/{name}": User;
  "PUT /doctor/v1/users/{name}": User;
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
