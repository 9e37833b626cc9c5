/** What the command line says about a run; absent = as the experiment says. */
export interface RunOptions {
  install?: boolean;
  quick?: boolean;
  only?: string;
  trials?: number;
  driver?: string;
  isolation?: 'auto' | 'namespace' | 'host';
  seed?: number;
  resume?: boolean;
  changed?: boolean;
  relax?: boolean;
  out?: string;
  wait?: boolean;
  json?: boolean;
  template?: string;
  locale?: string;
}
