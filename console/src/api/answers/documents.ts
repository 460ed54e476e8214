/* Made by "npm run docs" from docs/reference/openapi.json. */
/** What each route answers with 2xx, by its method and path. */

export interface DocumentsAnswers {
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
}
