export { transferRouter } from './transfer.router.ts';
export { createTransfer, type Transfer } from './transfer.service.ts';
