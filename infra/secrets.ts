import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

export interface GeneratedSecret {
  readonly secretArn: string;
}

/** All that a shell could read as more than a letter. The emulator knows no `excludePunctuation`. */
const excludeCharacters = ' !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/** Generated at the first deployment, and never in a template, a variable or a log. */
export class Secrets extends Construct {
  /** `{"username": "admin", "password": …}`: the cloud's first administrator. */
  readonly admin: GeneratedSecret;
  /** The key that tokens are signed with. */
  readonly signing: GeneratedSecret;
  /** What the keys are derived from that webhooks are signed with. */
  readonly webhooks: GeneratedSecret;

  constructor(scope: Construct, id: string) {
    super(scope, id);

    const secret = (name: string, props: CfnSecret.GenerateSecretStringProperty, about: string) => {
      const made = new CfnSecret(this, name, {
        description: about,
        generateSecretString: { excludeCharacters, ...props },
      });
      // Not Ref: it is the ARN on AWS, and the name on the embedded stack, which no grant matches.
      return { secretArn: made.attrId };
    };

    this.admin = secret(
      'AdminSecret',
      {
        secretStringTemplate: JSON.stringify({ username: 'admin' }),
        generateStringKey: 'password',
        passwordLength: 32,
      },
      'Doctor: the user admin of project admin',
    );
    this.signing = secret('SigningSecret', { passwordLength: 64 }, 'Doctor: the key of tokens');
    this.webhooks = secret(
      'WebhookSecret',
      { passwordLength: 64 },
      'Doctor: what the keys of webhooks are derived from',
    );
  }
}
