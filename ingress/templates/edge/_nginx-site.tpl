{{/*
nginx/site for this place: what there is per file name. web is one address here (its Service), which is listed several
times so that a second try is a second connection, that the node may lead to another pod.
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
  upstream web {
      zone web 64k;
      {{- range until 6 }}
      server web.{{ $.Release.Namespace }}.svc:{{ $.Values.web.service.port }} max_fails=0;
      {{- end }}
      keepalive 32;
      keepalive_timeout 60s;
  }
  proxy_next_upstream_tries 6;
  # an empty key is not counted
  limit_req_zone {{ if $rate }}$caller{{ else }}""{{ end }} zone=requests:10m rate={{ $rate | default 1 }}r/s;
  map "" $tls_folder { default /run/tls; }
  # where http:// is redirected to; empty: nobody knows the port, so nobody is redirected
  map "" $edge_origin { default "{{ $origin }}"; }
  access_log /dev/stdout edge;
{{- end }}
