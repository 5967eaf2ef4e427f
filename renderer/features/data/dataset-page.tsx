import { PageHeader } from '../../components/page-header.tsx';
export function DatasetPage({ name }: { readonly name: string }) { return <PageHeader title={name} />; }
