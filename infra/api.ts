import { Tags } from 'aws-cdk-lib';
import { EndpointType, LambdaIntegration, ResponseType, RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';

export interface ApiProps {
  /** The API's id where an emulator lets us choose it; AWS makes its own. */
  readonly fixedId?: string;
}

/** What the gateway answers by itself, before any of our functions is asked. */
const ownAnswers: readonly { type: ResponseType; code: number; title: string }[] = [
  { type: ResponseType.DEFAULT_4XX, code: 400, title: 'Bad Request' },
  { type: ResponseType.MISSING_AUTHENTICATION_TOKEN, code: 404, title: 'Not Found' },
  { type: ResponseType.REQUEST_TOO_LARGE, code: 413, title: 'Request Entity Too Large' },
  { type: ResponseType.THROTTLED, code: 429, title: 'Too Many Requests' },
  { type: ResponseType.DEFAULT_5XX, code: 500, title: 'Internal Server Error' },
  { type: ResponseType.INTEGRATION_TIMEOUT, code: 504, title: 'Gateway Timeout' },
];

/**
 * One body that every dialect can read: Keystone's and ours look for `error.message`, Neutron's for
 * `NeutronError.message`, Aodh's for `error_message.faultstring`, and a GatewayResponse has one body
 * for the whole API.
 */
const errorBody = (code: number, title: string): string => {
  const message = '$context.error.messageString';
  const faultcode = code < 500 ? 'Client' : 'Server';
  return (
    `{"error":{"code":${code},"title":"${title}","message":${message}},` +
    `"NeutronError":{"type":"HTTP${title.replaceAll(' ', '')}","message":${message},"detail":""},` +
    `"error_message":{"faultcode":"${faultcode}","faultstring":${message},"debuginfo":null}}`
  );
};

/** The REST API, stage `v1`: one function a surface, which does its own routing and authentication. */
export class Api extends Construct {
  /** Ends in the stage, without a slash. */
  readonly url: string;
  readonly #api: RestApi;

  constructor(scope: Construct, id: string, { fixedId }: ApiProps) {
    super(scope, id);
    this.#api = new RestApi(this, 'Rest', {
      restApiName: 'doctor',
      description: 'Doctor: identity, compute, network, alarming and its own /doctor/v1',
      endpointTypes: [EndpointType.REGIONAL],
      deployOptions: { stageName: 'v1' },
      cloudWatchRole: false,
    });
    this.url = this.#api.urlForPath('/').replace(/\/$/, '');
    if (fixedId) {
      Tags.of(this.#api).add('ms-custom-id', fixedId);
      Tags.of(this.#api).add('_custom_id_', fixedId);
    }
    for (const { type, code, title } of ownAnswers) {
      this.#api.addGatewayResponse(type.responseType, {
        type,
        statusCode: type.responseType.startsWith('DEFAULT') ? undefined : String(code),
        templates: { 'application/json': errorBody(code, title) },
        responseHeaders: { 'x-openstack-request-id': 'context.requestId' },
      });
    }
  }

  /** Sends everything at and under `/<surface>` to a function; with `root`, `/` too. */
  serve(surface: string, handler: IFunction, { root = false } = {}): void {
    const integration = new LambdaIntegration(handler, {
      scopePermissionToMethod: false,
    });
    const resource = this.#api.root.addResource(surface);
    resource.addMethod('ANY', integration);
    resource.addResource('{proxy+}').addMethod('ANY', integration);
    if (root) this.#api.root.addMethod('ANY', integration);
  }
}
