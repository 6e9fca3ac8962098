{{/*
nginx/site for this place: what there is per file name. web is its Service here, whose connections nginx keeps, and for a second
try its pods.
*/}}
{{- define "analyze.nginxSite" -}}
{{- $edge := .Values.edge -}}
{{- $rate := $edge.rateLimit.requestsPerSecond -}}
{{- $service := $edge.nginx.service -}}
{{- $origin := printf "https://%s" $edge.host -}}
{{- if eq $service.type "NodePort" -}}
{{- $origin = empty $service.nodePorts.https | ternary "" (printf "%s:%d" $origin (int $service.nodePorts.https)) -}}
{{- end -}}
{{- range $name, $options := dict "listen" "" "socket" " reuseport" }}
site/{{ $name }}-https.conf: |
  listen 8443 ssl{{ $options }};
  {{- if $edge.nginx.ipv6 }}
  listen [::]:8443 ssl{{ $options }};
  {{- end }}
site/{{ $name }}-http.conf: |
  listen 8080{{ $options }};
  {{- if $edge.nginx.ipv6 }}
  listen [::]:8080{{ $options }};
  {{- end }}
{{- end }}
{{- if $edge.tls.acme.email }}
site/clear.d/acme-challenge.conf: |
  location ^~ /.well-known/acme-challenge/ {
      proxy_set_header  Host $host;
      proxy_pass        http://acme.{{ .Release.Namespace }}.svc:8089;
  }
{{- end }}
site/host.conf: server_name {{ $edge.host }};
site/http.conf: |
  include /run/edge/resolver.conf;
  include options/pods.conf;
  upstream web {
      zone web 64k;
      server web.{{ .Release.Namespace }}.svc:{{ .Values.web.service.port }} max_fails=0;
      server unix:/run/edge/pods.sock max_fails=0 backup;
      keepalive 32;
      keepalive_timeout 60s;
  }
  # an empty key is not counted
  limit_req_zone {{ if $rate }}$caller{{ else }}""{{ end }} zone=requests:10m rate={{ $rate | default 1 }}r/s;
  map "" $tls_folder { default /run/tls; }
  # where http:// is redirected to; empty: nobody knows the port, so nobody is redirected
  map "" $edge_origin { default "{{ $origin }}"; }
  access_log /dev/stdout edge;
{{- end }}
