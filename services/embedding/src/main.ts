import { runServiceProcess } from '@weft/host';
import { embeddingService } from './service';

void runServiceProcess(embeddingService);
