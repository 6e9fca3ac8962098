{{/*
A server of data: one pod with its volumes, its Service and its PodDisruptionBudget. Takes (dict "root" $ "name" "redis" "namespace" "…"
"port" 6379 "grace" 40 "values" .Values.redis "container" (dict: what its container has of its own) "besides" (list of containers)
"volumes" (list) "claims" (dict of name and storage) "user" (number; where absent, that of our own images)).
*/}}
{{- define "analyze.store" -}}
{{- $root := .root }}
{{- $name := .name }}
{{- $component := list $root $name }}
{{- $security := include "analyze.containerSecurity" $root | fromYaml }}
{{- $common := dict "name" $name "image" .values.image "imagePullPolicy" "IfNotPresent" "securityContext" $security "resources" .values.resources
      "ports" (list (dict "name" $name "containerPort" .port))
      "startupProbe" (dict "tcpSocket" (dict "port" $name) "periodSeconds" 1 "failureThreshold" 300) }}
{{- /* A server that recovers its data accepts connections too: it must not be killed for it. */}}
{{- $_ := set $common "livenessProbe" (dict "tcpSocket" (dict "port" $name) "periodSeconds" 10 "timeoutSeconds" 5 "failureThreshold" 6) }}
apiVersion: v1
kind: Service
metadata:
  name: {{ $name }}
  namespace: {{ .namespace }}
  labels:
    {{- include "analyze.labels" $component | nindent 4 }}
spec:
  # the pod is not ready either while the container beside it restarts: its server accepts connections all the same
  publishNotReadyAddresses: true
  selector:
    {{- include "analyze.selector" $component | nindent 4 }}
  ports:
    - {name: {{ $name }}, port: {{ .port }}, targetPort: {{ $name }}, appProtocol: {{ .protocol }}}
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ $name }}
  namespace: {{ .namespace }}
  labels:
    {{- include "analyze.labels" $component | nindent 4 }}
  annotations:
    # one pod: its data is on its volume, not on another node's; where there is no probe of readiness, the one of start has to do
    kube-score/ignore: container-image-pull-policy,{{ with .user }}container-security-context-user-group-id,{{ end }}statefulset-has-host-podantiaffinity,{{ if not .container.readinessProbe }}pod-probes,{{ end }}statefulset-has-servicename,statefulset-pod-selector-labels-match-template-metadata-labels
spec:
  serviceName: {{ $name }}
  replicas: 1
  selector:
    matchLabels:
      {{- include "analyze.selector" $component | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "analyze.selector" $component | nindent 8 }}
      annotations:
        kubectl.kubernetes.io/default-container: {{ $name }}
    spec:
      automountServiceAccountToken: false
      enableServiceLinks: false
      terminationGracePeriodSeconds: {{ .grace }}
      securityContext:
        {{- $pod := include "analyze.podSecurity" $root | fromYaml }}
        {{- with .user }}{{ $pod = merge (dict "runAsUser" . "runAsGroup" . "fsGroup" .) $pod }}{{ end }}
        {{- toYaml $pod | nindent 8 }}
        fsGroupChangePolicy: OnRootMismatch
      {{- include "analyze.pullSecrets" $root | nindent 6 }}
      containers:
        - {{- merge .container $common | toYaml | nindent 10 }}
        {{- range .besides }}
        - {{- merge . (dict "securityContext" $security) | toYaml | nindent 10 }}
        {{- end }}
      volumes:
        {{- toYaml .volumes | nindent 8 }}
  volumeClaimTemplates:
    {{- range $claim, $storage := .claims }}
    - metadata:
        name: {{ $claim }}
      spec:
        accessModes: [ReadWriteOnce]
        {{- with $storage.className }}
        storageClassName: {{ . }}
        {{- end }}
        resources: {requests: {storage: {{ $storage.size }}}}
    {{- end }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ $name }}
  namespace: {{ .namespace }}
  labels:
    {{- include "analyze.labels" $component | nindent 4 }}
spec:
  # a drain may move it: what needs it answers 503 meanwhile, and nothing accepted is lost
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "analyze.selector" $component | nindent 6 }}
{{- end }}

{{- define "analyze.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}
