{{/*
Fills in what the values lack. `helm upgrade --reuse-values` takes the values of an older chart, which know none of the
newer ones, and `--set edge=null` removes a whole part. Every template starts with this.
*/}}
{{- define "analyze.complete" -}}
{{- $_ := set . "Values" (mergeOverwrite (.Files.Get "files/values.yaml" | fromYaml) .Values) -}}
{{- end }}

{{/* Not empty if the release has this kind of edge: (list $ "nginx") */}}
{{- define "analyze.hasEdge" -}}
{{- $edge := (index . 0).Values.edge -}}
{{- if has (index . 1) (list $edge.kind $edge.previous) }}true{{ end -}}
{{- end }}

{{/* Labels that select the pods of one component: (list $ "web") */}}
{{- define "analyze.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: analyze
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{/* Labels of every object of one component: (list $ "web") */}}
{{- define "analyze.labels" -}}
{{- $root := index . 0 -}}
{{ include "analyze.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name $root.Chart.Version }}
{{- end }}

{{/* Image reference, by digest where one is given: (list $ .Values.web.image) */}}
{{- define "analyze.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- $name := $image.repository -}}
{{- with $root.Values.image.registry }}{{ $name = printf "%s/%s" (trimSuffix "/" .) $name }}{{ end -}}
{{- if $image.digest -}}
{{ $name }}@{{ $image.digest }}
{{- else -}}
{{ $name }}:{{ $image.tag | default $root.Values.image.tag | default $root.Chart.AppVersion }}
{{- end -}}
{{- end }}

{{/* What Pod Security "restricted" requires of a pod, and a user id that no host account has. */}}
{{- define "analyze.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "analyze.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
privileged: false
capabilities: {drop: [ALL]}
{{- end }}

{{/*
Spread over nodes, and over zones where there are some; preferences, so that one node is enough to start. Zones are not
a second spread constraint: one key that the nodes lack would switch all of them off.
*/}}
{{- define "analyze.spread" -}}
{{- $selector := include "analyze.selector" . -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    nodeTaintsPolicy: Honor
    # a rolling update is spread by itself, not against the pods it replaces
    matchLabelKeys: [pod-template-hash]
    labelSelector:
      matchLabels:
        {{- $selector | nindent 8 }}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 50
        podAffinityTerm:
          topologyKey: topology.kubernetes.io/zone
          labelSelector:
            matchLabels:
              {{- $selector | nindent 14 }}
{{- end }}

{{/* Not empty if tasks are on: a Redis of this release, or another one. */}}
{{- define "analyze.hasRedis" -}}
{{- if or .Values.redis.enabled .Values.redis.external.secretName }}true{{ end -}}
{{- end }}

{{/* Secret with what web and worker need to connect: the password of this release's Redis, or the address of another one. */}}
{{- define "analyze.redisSecret" -}}
{{- .Values.redis.enabled | ternary (.Values.redis.passwordSecretName | default "redis") .Values.redis.external.secretName -}}
{{- end }}

{{/* What web and worker log in with: a Secret of its own, or the one above. */}}
{{- define "analyze.redisUserSecret" -}}
{{- and .Values.redis.enabled .Values.redis.userSecretName | default (include "analyze.redisSecret" .) -}}
{{- end }}

{{/* Variables of web and worker for Redis, as a map. The password and an external address are read from files. */}}
{{- define "analyze.redisConfig" -}}
{{- if .Values.redis.enabled -}}
REDIS_URL: redis://redis.{{ .Release.Namespace }}.svc:6379
{{- if .Values.redis.userSecretName }}
REDIS_USERNAME_FILE: /run/redis/username
{{- end }}
REDIS_PASSWORD_FILE: /run/redis/password
{{- else if .Values.redis.external.secretName -}}
REDIS_URL_FILE: /run/redis/url
{{- end -}}
{{- end }}

{{/* Not empty if documents are on: a MongoDB of this release, or another one. */}}
{{- define "analyze.hasMongodb" -}}
{{- if or .Values.mongodb.enabled .Values.mongodb.external.secretName }}true{{ end -}}
{{- end }}

{{- define "analyze.mongodbNamespace" -}}
{{- .Values.mongodb.namespace | default .Release.Namespace -}}
{{- end }}

{{/* Secret with what web needs to connect: the password of its user, or the address of another MongoDB. */}}
{{- define "analyze.mongodbSecret" -}}
{{- .Values.mongodb.enabled | ternary (.Values.mongodb.passwordSecretName | default "mongodb") .Values.mongodb.external.secretName -}}
{{- end }}

{{- define "analyze.mongodbAdminSecret" -}}
{{- .Values.mongodb.adminSecretName | default "mongodb-admin" -}}
{{- end }}

{{/*
Variables of web for MongoDB, as a map. The full name of its Service: it may be in another namespace. A Secret without `username` is
of the user `web`: web takes a missing file beside the password for that.
*/}}
{{- define "analyze.mongodbConfig" -}}
{{- if .Values.mongodb.enabled -}}
MONGODB_URL: mongodb://mongodb.{{ include "analyze.mongodbNamespace" . }}.svc.{{ .Values.mongodb.clusterDomain }}:27017/analyze?directConnection=true
MONGODB_USERNAME_FILE: /run/mongodb/username
MONGODB_PASSWORD_FILE: /run/mongodb/password
{{- else if .Values.mongodb.external.secretName -}}
MONGODB_URL_FILE: /run/mongodb/url
{{- end -}}
{{- end }}

{{/*
Header in which the edge gives web the subject of the client certificate that it verified, over any header of that name that a
client sent. Empty where somebody else may call web too: past the edge, or through a second edge with another header.
*/}}
{{- define "analyze.certificateHeader" -}}
{{- $edge := .Values.edge -}}
{{- if and $edge.clientCertificates.enabled (not $edge.previous) (eq .Values.web.service.type "ClusterIP") -}}
{{- if eq $edge.kind "nginx" -}}X-Client-Subject
{{- else if eq $edge.kind "ingress" -}}ssl-client-subject-dn
{{- else if eq $edge.gateway.implementation "envoy" -}}x-forwarded-client-cert
{{- end -}}
{{- end -}}
{{- end }}

{{- define "analyze.workerUrl" -}}
http://worker.{{ .Release.Namespace }}.svc:{{ .Values.worker.service.port }}
{{- end }}

{{/* A quantity as a number: 250m is 0.25, 1Ki is 1024. */}}
{{- define "analyze.amount" -}}
{{- if kindIs "string" . -}}
{{- $number := regexFind "^[0-9.]+" . -}}
{{- $units := dict "" 1.0 "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "Ki" 1024.0 "Mi" 1048576.0 "Gi" 1073741824.0 -}}
{{- mulf (float64 $number) (index $units (trimPrefix $number .)) -}}
{{- else -}}
{{- . -}}
{{- end -}}
{{- end }}

{{/* Requests above their limits, in sentences as a JSON array: (list "web" .Values.web.resources) */}}
{{- define "analyze.resourceFaults" -}}
{{- $name := index . 0 -}}
{{- $limits := (index . 1).limits -}}
{{- $faults := list -}}
{{- range $resource, $request := (index . 1).requests -}}
{{- $limit := index $limits $resource -}}
{{- if and $limit (gt (include "analyze.amount" $request | float64) (include "analyze.amount" $limit | float64)) -}}
{{- $faults = append $faults (printf "%s.resources: the request of %s (%v) is above its limit (%v)" $name $resource $request $limit) -}}
{{- end -}}
{{- end -}}
{{- toJson $faults -}}
{{- end }}
