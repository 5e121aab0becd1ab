// Bundled beside register-type, which starts it as a thread.
import '../../adapters/json-schema/schema-worker.ts';
