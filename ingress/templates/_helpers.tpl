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

{{/* What Pod Security "restricted" asks of a pod, and a user id that no host account has. */}}
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

{{- define "analyze.workerUrl" -}}
http://worker.{{ .Release.Namespace }}.svc:{{ .Values.worker.service.port }}
{{- end }}
