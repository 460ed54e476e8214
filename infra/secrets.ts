import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

/** Generated at the first deployment, and never in a template, a variable or a log. */
export class Secrets extends Construct {
  /** `{"username": "admin", "password": …}`: the cloud's first administrator. */
  readonly admin: Secret;
  /** The key that tokens are signed with. */
  readonly signing: Secret;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.admin = new Secret(this, 'AdminSecret', {
      description: 'Doctor: the admin user, project admin',
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username: 'admin' }),
        generateStringKey: 'password',
        passwordLength: 32,
        // The password is pasted into shells.
        excludePunctuation: true,
      },
    });
    this.signing = new Secret(this, 'SigningSecret', {
      description: 'Doctor: signs tokens',
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
    });
  }
}
