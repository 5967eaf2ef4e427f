import { PageHeader } from '../../components/page-header.tsx';
export function DataPage() { return <PageHeader title="DataPage" />; }
