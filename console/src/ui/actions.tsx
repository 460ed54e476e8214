/** Buttons that change something. They ask before it, and show why it failed. */
import type { ComponentChildren } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { ApiError } from '../api/client.ts';
import { Problem } from './basics.tsx';

type ActionProps = {
  readonly label: string;
  /** The question before the action; undefined: the action runs at once. */
  readonly question?: string;
  readonly run: () => Promise<unknown>;
  readonly disabled?: boolean;
  /** The reason why the button is disabled, shown as its tooltip. */
  readonly why?: string;
  readonly danger?: boolean;
  /** More content of the question, such as fields. */
  readonly children?: ComponentChildren;
};

/** A button. While it works it cannot be pressed again; a failure is shown beside it. */
export function Action({ label, question, run, disabled, why, danger, children }: ActionProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState('');
  const start = async () => {
    setBusy(true);
    setProblem('');
    try {
      await run();
      dialog.current?.close();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setProblem(error.message);
    } finally {
      setBusy(false);
    }
  };
  const style = danger ? 'danger' : '';
  return (
    <>
      <button
        type="button"
        class={style}
        disabled={disabled || busy}
        title={disabled ? why : undefined}
        onClick={() => (question ? dialog.current?.showModal() : start())}
      >
        {label}
      </button>
      {question ? (
        <dialog ref={dialog} aria-label={label}>
          <h2>{label}</h2>
          <p>{question}</p>
          {children}
          <Problem text={problem} />
          <div class="buttons">
            <button type="button" class={style} disabled={busy} onClick={start}>
              {label}
            </button>
            <button type="button" class="quiet" onClick={() => dialog.current?.close()}>
              Cancel
            </button>
          </div>
        </dialog>
      ) : (
        <Problem text={problem} />
      )}
    </>
  );
}
