import { Tags } from 'aws-cdk-lib';
import { EndpointType, LambdaIntegration, ResponseType, RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { stageName } from './stage.ts';

export interface ApiProps {
  /** The API's id on an emulator, which takes it from a tag. AWS makes its own. */
  readonly fixedId?: string;
}

type GatewayAnswer = {
  readonly type: ResponseType;
  readonly code: number;
  readonly title: string;
  /** Replaces the gateway's own message. */
  readonly message?: string;
};

/** The errors that the gateway answers itself, without a function. */
const gatewayAnswers: readonly GatewayAnswer[] = [
  { type: ResponseType.DEFAULT_4XX, code: 400, title: 'Bad Request' },
  { type: ResponseType.MISSING_AUTHENTICATION_TOKEN, code: 404, title: 'Not Found' },
  {
    type: ResponseType.REQUEST_TOO_LARGE,
    code: 413,
    title: 'Request Entity Too Large',
    // adapters/http/answer-size.ts has the same message for requests that reach a function.
    message: 'The request is too large: at most 5.9 MB of its body, as JSON text, fit.',
  },
  { type: ResponseType.THROTTLED, code: 429, title: 'Too Many Requests' },
  { type: ResponseType.DEFAULT_5XX, code: 500, title: 'Internal Server Error' },
  { type: ResponseType.INTEGRATION_TIMEOUT, code: 504, title: 'Gateway Timeout' },
];

/**
 * One body for the clients of every surface, since a gateway response has one body for the whole API.
 * Clients of Keystone and of Doctor read `error.message`, of Neutron `NeutronError.message`, of Aodh
 * `error_message.faultstring`.
 */
const errorBody = ({ code, title, message: ours }: GatewayAnswer): string => {
  const message = ours === undefined ? '$context.error.messageString' : JSON.stringify(ours);
  const faultcode = code < 500 ? 'Client' : 'Server';
  return (
    `{"error":{"code":${code},"title":"${title}","message":${message}},` +
    `"NeutronError":{"type":"HTTP${title.replaceAll(' ', '')}","message":${message},"detail":""},` +
    `"error_message":{"faultcode":"${faultcode}","faultstring":${message},"debuginfo":null}}`
  );
};

/** The REST API with one stage. Each surface is one function, which routes and authenticates itself. */
export class Api extends Construct {
  /** Ends with the stage, without a slash. */
  readonly url: string;
  readonly #api: RestApi;

  constructor(scope: Construct, id: string, { fixedId }: ApiProps) {
    super(scope, id);
    this.#api = new RestApi(this, 'Rest', {
      restApiName: 'doctor',
      description: 'Doctor: identity, compute, network, alarming and its own /doctor/v1',
      endpointTypes: [EndpointType.REGIONAL],
      deployOptions: { stageName },
      cloudWatchRole: false,
    });
    this.url = this.#api.urlForPath('/').replace(/\/$/, '');
    if (fixedId) {
      Tags.of(this.#api).add('ms-custom-id', fixedId);
      Tags.of(this.#api).add('_custom_id_', fixedId);
    }
    for (const answer of gatewayAnswers) {
      const { type, code } = answer;
      this.#api.addGatewayResponse(type.responseType, {
        type,
        statusCode: type.responseType.startsWith('DEFAULT') ? undefined : String(code),
        templates: { 'application/json': errorBody(answer) },
        responseHeaders: { 'x-openstack-request-id': 'context.requestId' },
      });
    }
  }

  /** Sends requests for `/<surface>` and all paths below it to a function; with `root`, for `/` too. */
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
