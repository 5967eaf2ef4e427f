import { IconCheck, IconPlus, IconSelector } from '@tabler/icons-react';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { client, orpc } from '../client/orpc.ts';
import { counted } from '../components/format.ts';
import { Menu } from '../components/menu.tsx';
import { notify } from '../components/notify.ts';
import styles from './frame.module.css';
import { Mark } from './mark.tsx';
import { NewProjectDialog } from './new-project-dialog.tsx';
import { useOverlays } from './overlays.store.ts';
import { navigate } from './router.ts';

/** The current project, the others, and a new one. */
export function ProjectMenu() {
  const queries = useQueryClient();
  const projects = useQuery(orpc.projects.list.queryOptions());
  const { newProject, set } = useOverlays();
  const use = useMutation({
    mutationFn: (project: string) => client.projects.use({ project }),
    onSuccess: async () => {
      navigate('/');
      await queries.invalidateQueries();
    },
    onError: notify.error,
  });
  const current = projects.data?.find((project) => project.current);
  const name = current?.name ?? (projects.isPending ? '' : 'No project');
  return (
    <>
      <Menu
        label={`Project ${name}`}
        className={styles.project}
        groups={[
          (projects.data ?? []).map((project) => ({
            id: project.id,
            label: project.name,
            icon: project.current ? <IconCheck size={14} stroke={1.7} aria-hidden /> : null,
            note: counted(project.runs, 'run'),
            checked: project.current,
            run: () => use.mutate(project.name),
          })),
          [
            {
              id: 'new',
              label: 'Create a project',
              icon: <IconPlus size={14} stroke={1.7} aria-hidden />,
              run: () => set({ newProject: true }),
            },
          ],
        ]}
      >
        <Mark />
        <span>{name}</span>
        <IconSelector size={14} stroke={1.6} aria-hidden />
      </Menu>
      {newProject ? <NewProjectDialog onClose={() => set({ newProject: false })} /> : null}
    </>
  );
}
