import { runServiceProcess } from '@weft/host';
import { retrievalService } from './service';

void runServiceProcess(retrievalService);
