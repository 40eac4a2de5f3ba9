import { runServiceProcess } from '@weft/host';
import { gatewayService } from './service';

void runServiceProcess(gatewayService);
