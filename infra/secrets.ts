import { CfnSecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

/** A secret that AWS generates. */
export interface GeneratedSecret {
  readonly secretArn: string;
}

/**
 * Characters that have a meaning in a shell. The emulator does not support `excludePunctuation`.
 */
const excludeCharacters = ' !"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~';

/**
 * The secrets, which AWS generates at the first deployment. No template, variable or log contains
 * their values.
 */
export class Secrets extends Construct {
  /** `{"username": "admin", "password": …}`: the cloud's first administrator. */
  readonly admin: GeneratedSecret;
  /** The key that tokens are signed with. */
  readonly signing: GeneratedSecret;
  /** The keys that webhooks are signed with are derived from it. */
  readonly webhooks: GeneratedSecret;

  constructor(scope: Construct, id: string) {
    super(scope, id);

    const secret = (name: string, props: CfnSecret.GenerateSecretStringProperty, about: string) => {
      const made = new CfnSecret(this, name, {
        description: about,
        generateSecretString: { excludeCharacters, ...props },
      });
      // Not `Ref`: on AWS it is the ARN, but on the embedded stack it is the name, which no grant
      // matches.
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
      'Doctor: the keys of webhooks are derived from it',
    );
  }
}
