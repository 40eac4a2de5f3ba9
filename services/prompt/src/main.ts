import { runServiceProcess } from '@weft/host';
import { promptService } from './service';

void runServiceProcess(promptService);
