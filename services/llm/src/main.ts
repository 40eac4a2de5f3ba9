import { runServiceProcess } from '@weft/host';
import { llmService } from './service';

void runServiceProcess(llmService);
