import { useState } from 'preact/hooks';
import { ApiError } from '../api/client.ts';
import { login } from '../api/login.ts';
import { endedBecause } from '../api/session.ts';
import { Problem } from '../ui/basics.tsx';
import { Field } from '../ui/fields.tsx';

/** The form with which a session begins. */
export function Login() {
  const [user, setUser] = useState('');
  const [password, setPassword] = useState('');
  const [project, setProject] = useState('');
  const [problem, setProblem] = useState('');
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem('');
    try {
      await login({ user, password, project: project || user });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblem(error.message);
      setBusy(false);
    }
  };
  return (
    <main class="login" id="main">
      <form class="panel" onSubmit={submit} aria-labelledby="login-title">
        <h1 id="login-title">Doctor</h1>
        <p class="faint">Fault management: what failed, and who was notified.</p>
        <Field label="User" value={user} onInput={setUser} required autocomplete="username" />
        <Field
          label="Password"
          type="password"
          value={password}
          onInput={setPassword}
          required
          autocomplete="current-password"
        />
        <Field
          label="Project"
          value={project}
          onInput={setProject}
          hint="Its name or id. Empty: the project that is named like the user."
        />
        <Problem text={problem || endedBecause.value} />
        <button type="submit" disabled={busy}>
          Log in
        </button>
      </form>
    </main>
  );
}
