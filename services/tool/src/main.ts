import { runServiceProcess } from '@weft/host';
import { toolService } from './service';

void runServiceProcess(toolService);
