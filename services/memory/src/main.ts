import { runServiceProcess } from '@weft/host';
import { memoryService } from './service';

void runServiceProcess(memoryService);
