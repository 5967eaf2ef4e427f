import { IconDeviceFloppy, IconFileExport, IconPlayerPlay, IconPlayerStop } from '@tabler/icons-react';
import { Button } from '../../../components/button.tsx';

interface SqlActionsProps {
  /** Nothing is written yet. */
  readonly isEmpty: boolean;
  readonly isPending: boolean;
  readonly onSave: () => void;
  readonly onExport: () => void;
  readonly onRun: () => void;
  readonly onCancel: () => void;
}

/** What can be done with the query. */
export function SqlActions({ isEmpty, isPending, onSave, onExport, onRun, onCancel }: SqlActionsProps) {
  const why = isEmpty ? 'Write a query first' : undefined;
  return (
    <>
      <Button
        variant="quiet"
        icon={<IconDeviceFloppy size={16} stroke={1.5} aria-hidden />}
        disabled={isEmpty}
        title={why}
        onClick={onSave}
      >
        Save
      </Button>
      <Button
        icon={<IconFileExport size={16} stroke={1.5} aria-hidden />}
        disabled={isEmpty}
        title={why}
        onClick={onExport}
      >
        Export
      </Button>
      {isPending ? (
        <Button icon={<IconPlayerStop size={16} stroke={1.5} aria-hidden />} onClick={onCancel}>
          Cancel
        </Button>
      ) : (
        <Button
          variant="primary"
          keyCap="Ctrl ⏎"
          icon={<IconPlayerPlay size={16} stroke={1.5} aria-hidden />}
          disabled={isEmpty}
          title={why}
          onClick={onRun}
        >
          Run
        </Button>
      )}
    </>
  );
}
