import { Duration, Size, Tags } from 'aws-cdk-lib';
import {
  EndpointType,
  LambdaIntegration,
  type MethodDeploymentOptions,
  ResponseType,
  RestApi,
} from 'aws-cdk-lib/aws-apigateway';
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { stageName } from './stage.ts';

/** The rate limit: requests per second, and the burst that may exceed it. */
export interface Rate {
  readonly perSecond: number;
  readonly burst: number;
}

export interface ApiProps {
  /** The limits of each method of each surface, for all callers together. */
  readonly rate: Rate;
  /** The same for `POST` under `/identity`, which is a login nearly always. */
  readonly loginRate: Rate;
  /** The API's id on an emulator, which takes it from a tag. AWS makes its own. */
  readonly fixedId?: string;
}

/**
 * Answers of at least this many bytes are compressed for clients that send `Accept-Encoding`: the
 * console's files, and long lists. Answers to reports of faults are smaller, so they are not
 * delayed.
 */
const leastCompressed = Size.kibibytes(10);

type GatewayAnswer = {
  readonly type: ResponseType;
  readonly code: number;
  readonly title: string;
  /** The value of `Retry-After`: seconds after which the caller may repeat the request. */
  readonly retryAfter?: number;
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
  {
    // Not 429: monitors give up a report after any 4xx, and repeat it after a 5xx.
    type: ResponseType.THROTTLED,
    code: 503,
    title: 'Service Unavailable',
    retryAfter: 1,
    message: 'Too many requests at once: repeat this one in a second.',
  },
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

const limits = ({ perSecond, burst }: Rate): MethodDeploymentOptions => ({
  throttlingRateLimit: perSecond,
  throttlingBurstLimit: burst,
});

/** A function, and the segments that it serves with all paths below them. */
export interface SurfacePart {
  readonly segments: readonly string[];
  readonly handler: IFunction;
}

export interface ServeOptions {
  readonly root?: boolean;
  /** Methods below the surface's path that have limits of their own, beside those of all others. */
  readonly limitedApart?: readonly ('GET' | 'POST')[];
  /** The functions that serve parts of the surface, by the path below `/<surface>/`. */
  readonly within?: { readonly path: string; readonly parts: readonly SurfacePart[] };
}

/**
 * The REST API with one stage. Each surface is one function, which does its own routing and
 * authentication.
 */
export class Api extends Construct {
  /** The URL of the API. It ends with the stage, without a slash. */
  readonly url: string;
  readonly #api: RestApi;

  constructor(scope: Construct, id: string, { rate, loginRate, fixedId }: ApiProps) {
    super(scope, id);
    this.#api = new RestApi(this, 'Rest', {
      restApiName: 'doctor',
      description: 'Doctor: identity, compute, network, alarming and its own /doctor/v1',
      endpointTypes: [EndpointType.REGIONAL],
      minCompressionSize: leastCompressed,
      deployOptions: {
        stageName,
        ...limits(rate),
        methodOptions: { '/identity/{proxy+}/POST': limits(loginRate) },
      },
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
        responseHeaders: {
          'x-openstack-request-id': 'context.requestId',
          ...(answer.retryAfter && { 'Retry-After': `'${answer.retryAfter}'` }),
        },
      });
    }
  }

  /** How many requests were answered with 5xx in each minute. */
  get serverErrors(): Metric {
    return this.#api.metricServerError({ period: Duration.minutes(1) });
  }

  /**
   * Sends requests for `/<surface>` and all paths below it to a function; with `root`, for `/` too.
   * The gateway counts the requests of each method of each resource by itself, so methods that are
   * `limitedApart` and paths that are `within` have limits of their own. The login's path is not a
   * resource of its own: a path with a doubled slash would bypass it. With `within`, some paths of
   * the surface go to other functions, or to the same one. If such a path has a doubled slash, AWS sends the request to
   * the surface's own function. That function has no such route, and its 404 says how to write the
   * path (`requireSingleSlashes` in `adapters/http/surface.ts`).
   */
  serve(
    surface: string,
    handler: IFunction,
    { root = false, limitedApart = [], within }: ServeOptions = {},
  ): void {
    const integration = new LambdaIntegration(handler, {
      scopePermissionToMethod: false,
    });
    const resource = this.#api.root.addResource(surface);
    resource.addMethod('ANY', integration);
    const below = resource.addResource('{proxy+}');
    below.addMethod('ANY', integration);
    for (const method of limitedApart) below.addMethod(method, integration);
    if (root) this.#api.root.addMethod('ANY', integration);
    if (!within) return;
    const part = resource.addResource(within.path);
    // Without this method the gateway would refuse the path itself, because resources exist below
    // it.
    part.addMethod('ANY', integration);
    for (const { segments, handler } of within.parts) {
      const other = new LambdaIntegration(handler, { scopePermissionToMethod: false });
      for (const segment of segments) {
        const place = part.addResource(segment);
        place.addMethod('ANY', other);
        place.addResource('{proxy+}').addMethod('ANY', other);
      }
    }
  }
}
