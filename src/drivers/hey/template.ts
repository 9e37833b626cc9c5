/**
 * A Go template for hey's `-o`: everything that it knows, which neither its CSV (0.1 ms, no failed requests) nor its summary
 * (no distribution) tells. Texts of errors go as hexadecimal digits, since hey uses the result as a format and would
 * stumble over a percent sign. Rows: seconds of the whole, of getting a connection, of waiting for the first byte, and
 * the start since hey's own.
 */
export const TEMPLATE = [
  'loadcell hey 1',
  'total\t{{.Total.Nanoseconds}}',
  'results\t{{.NumRes}}',
  'bytes\t{{.SizeTotal}}',
  '{{range $status, $count := .StatusCodeDist}}status\t{{$status}}\t{{$count}}',
  '{{end}}{{range $text, $count := .ErrorDist}}error\t{{printf "%x" $text}}\t{{$count}}',
  '{{end}}rows',
  '{{range $i, $total := .Lats}}{{printf "%.6f\\t%.6f\\t%.6f\\t%.6f" $total (index $.ConnLats $i) (index $.DelayLats $i) (index $.Offsets $i)}}',
  '{{end}}end',
].join('\n');
