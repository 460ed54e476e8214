import { Duration, Tags } from 'aws-cdk-lib';
import { EndpointType, LambdaIntegration, ResponseType, RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { stageName } from './stage.ts';

export interface ApiProps {
  /** The API's id where an emulator lets us choose it; AWS makes its own. */
  readonly fixedId?: string;
}

type OwnAnswer = {
  readonly type: ResponseType;
  readonly code: number;
  readonly title: string;
  /** What it says, where the gateway's own words would not help. */
  readonly message?: string;
};

/** What the gateway answers by itself, before any of our functions is asked. */
const ownAnswers: readonly OwnAnswer[] = [
  { type: ResponseType.DEFAULT_4XX, code: 400, title: 'Bad Request' },
  { type: ResponseType.MISSING_AUTHENTICATION_TOKEN, code: 404, title: 'Not Found' },
  {
    ...{ type: ResponseType.REQUEST_TOO_LARGE, code: 413, title: 'Request Entity Too Large' },
    // Functions say the same of what reaches them: see adapters/http/answer-size.ts.
    message: 'The request is too large: at most 5.9 MB of its body, as JSON text, fit.',
  },
  { type: ResponseType.THROTTLED, code: 429, title: 'Too Many Requests' },
  { type: ResponseType.DEFAULT_5XX, code: 500, title: 'Internal Server Error' },
  { type: ResponseType.INTEGRATION_TIMEOUT, code: 504, title: 'Gateway Timeout' },
];

/**
 * One body that every dialect can read: Keystone's and ours look for `error.message`, Neutron's for
 * `NeutronError.message`, Aodh's for `error_message.faultstring`, and a GatewayResponse has one body
 * for the whole API.
 */
const errorBody = ({ code, title, message: ours }: OwnAnswer): string => {
  const message = ours === undefined ? '$context.error.messageString' : JSON.stringify(ours);
  const faultcode = code < 500 ? 'Client' : 'Server';
  return (
    `{"error":{"code":${code},"title":"${title}","message":${message}},` +
    `"NeutronError":{"type":"HTTP${title.replaceAll(' ', '')}","message":${message},"detail":""},` +
    `"error_message":{"faultcode":"${faultcode}","faultstring":${message},"debuginfo":null}}`
  );
};

/** The REST API, of one stage: one function a surface, which does its own routing and authentication. */
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
      deployOptions: { stageName },
      cloudWatchRole: false,
    });
    this.url = this.#api.urlForPath('/').replace(/\/$/, '');
    if (fixedId) {
      Tags.of(this.#api).add('ms-custom-id', fixedId);
      Tags.of(this.#api).add('_custom_id_', fixedId);
    }
    for (const answer of ownAnswers) {
      const { type, code } = answer;
      this.#api.addGatewayResponse(type.responseType, {
        type,
        statusCode: type.responseType.startsWith('DEFAULT') ? undefined : String(code),
        templates: { 'application/json': errorBody(answer) },
        responseHeaders: { 'x-openstack-request-id': 'context.requestId' },
      });
    }
  }

  /** How many requests were answered with 5xx in each minute. */
  get serverErrors(): Metric {
    return this.#api.metricServerError({ period: Duration.minutes(1) });
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
