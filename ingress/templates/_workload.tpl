{{/*
One service of ours: ConfigMap, Deployment, Service, HorizontalPodAutoscaler and PodDisruptionBudget.
Takes (dict "root" $ "name" "web" "values" .Values.web "config" (dict of environment variables)).
*/}}
{{- define "analyze.workload" -}}
{{- $root := .root }}
{{- $name := .name }}
{{- $values := .values }}
{{- $component := list $root $name }}
{{- $tracing := $root.Values.tracing }}
{{- $config := merge (dict "PORT" "8080" "METRICS_PORT" "9090") .config (empty $tracing.endpoint | ternary dict (dict
      "OTEL_EXPORTER_OTLP_ENDPOINT" $tracing.endpoint
      "OTEL_TRACES_SAMPLER" $tracing.sampler
      "OTEL_TRACES_SAMPLER_ARG" $tracing.ratio)) (dict
      "LOG_LEVEL" $values.logLevel
      "DRAIN_DELAY_MS" ($values.drainDelayMs | int | toString)
      "SHUTDOWN_LIMIT_MS" ($values.shutdownLimitMs | int | toString)) }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ $name }}
  namespace: {{ $root.Release.Namespace }}
  labels:
    {{- include "analyze.labels" $component | nindent 4 }}
data:
  {{- toYaml $config | nindent 2 }}
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  namespace: {{ $root.Release.Namespace }}
  labels:
    {{- include "analyze.labels" $component | nindent 4 }}
  annotations:
    # tags name content and a digest cannot change: pulling again brings nothing; the topology spread below
    # prefers other nodes as anti-affinity would, and balances beyond one pod per node
    kube-score/ignore: container-image-pull-policy,deployment-has-host-podantiaffinity
spec:
  {{- with include "analyze.replicas" . }}
  replicas: {{ . }}
  {{- end }}
  revisionHistoryLimit: 3
  minReadySeconds: 5
  progressDeadlineSeconds: 180
  strategy:
    type: RollingUpdate
    rollingUpdate: {maxUnavailable: 0, maxSurge: 1}
  selector:
    matchLabels:
      {{- include "analyze.selector" $component | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "analyze.selector" $component | nindent 8 }}
        {{- if $root.Values.monitoring.scrapeAnnotations }}
        # two alerts choose by this label, which a Prometheus without the operator takes from the pod
        app: analyze
        {{- end }}
      annotations:
        kubectl.kubernetes.io/default-container: {{ $name }}
        checksum/config: {{ toYaml $config | sha256sum }}
        {{- if $root.Values.monitoring.scrapeAnnotations }}
        prometheus.io/scrape: "true"
        prometheus.io/port: "9090"
        prometheus.io/path: /metrics
        {{- end }}
    spec:
      automountServiceAccountToken: false
      enableServiceLinks: false
      terminationGracePeriodSeconds: {{ $root.Values.termination.graceSeconds }}
      securityContext:
        {{- include "analyze.podSecurity" $root | nindent 8 }}
      {{- include "analyze.pullSecrets" $root | nindent 6 }}
      {{- include "analyze.spread" $component | nindent 6 }}
      containers:
        - name: {{ $name }}
          image: {{ include "analyze.image" (list $root $values.image) }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          envFrom:
            - configMapRef: {name: {{ $name }}}
          ports:
            - {name: http, containerPort: 8080}
            - {name: metrics, containerPort: 9090}
          startupProbe:
            httpGet: {path: /livez, port: http}
            periodSeconds: 1
            timeoutSeconds: 2
            failureThreshold: 60
          livenessProbe:
            httpGet: {path: /livez, port: http}
            periodSeconds: 10
            timeoutSeconds: 5
            failureThreshold: 3
          readinessProbe:
            httpGet: {path: /readyz, port: http}
            periodSeconds: 5
            timeoutSeconds: 3
            failureThreshold: 2
          lifecycle:
            preStop:
              # the edge learns of the removal in up to 5 s: keep serving until it has
              sleep: {seconds: {{ $root.Values.termination.preStopSeconds }}}
          resources:
            {{- toYaml $values.resources | nindent 12 }}
          securityContext:
            {{- include "analyze.containerSecurity" $root | nindent 12 }}
          {{- $volumes := list }}
          {{- if include "analyze.hasRedis" $root }}
          {{- $volumes = append $volumes (dict "name" "redis" "at" "/run/redis" "secret" (include "analyze.redisUserSecret" $root)) }}
          {{- end }}
          {{- if and (eq $name "web") (include "analyze.hasMongodb" $root) }}
          {{- $volumes = append $volumes (dict "name" "mongodb" "at" "/run/mongodb" "secret" (include "analyze.mongodbSecret" $root)) }}
          {{- end }}
          {{- if and (eq $name "web") $root.Values.auth.tokensSecretName }}
          {{- $volumes = append $volumes (dict "name" "tokens" "at" "/run/tokens" "secret" $root.Values.auth.tokensSecretName) }}
          {{- end }}
          {{- with $volumes }}
          volumeMounts:
            {{- range . }}
            - {name: {{ .name }}, mountPath: {{ .at }}, readOnly: true}
            {{- end }}
      volumes:
        {{- range . }}
        - name: {{ .name }}
          secret: {secretName: {{ .secret }}, defaultMode: 0440}
        {{- end }}
          {{- end }}
---
apiVersion: v1
kind: Service
metadata:
  name: {{ $name }}
  namespace: {{ $root.Release.Namespace }}
  labels:
    {{- include "analyze.labels" $component | nindent 4 }}
  {{- with $values.service.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  type: {{ $values.service.type | default "ClusterIP" }}
  selector:
    {{- include "analyze.selector" $component | nindent 4 }}
  ports:
    - name: http
      port: {{ $values.service.port }}
      targetPort: http
      appProtocol: http
      {{- with $values.service.nodePort }}
      nodePort: {{ . }}
      {{- end }}
---
{{- if and $values.autoscaling.enabled (not $values.autoscaling.queueDepth) }}
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ $name }}
  namespace: {{ $root.Release.Namespace }}
  labels:
    {{- include "analyze.labels" $component | nindent 4 }}
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: {{ $name }}}
  minReplicas: {{ $values.autoscaling.minReplicas }}
  maxReplicas: {{ $values.autoscaling.maxReplicas }}
  metrics:
    - type: Resource
      resource:
        name: cpu
        target: {type: Utilization, averageUtilization: {{ $values.autoscaling.cpuPercent }}}
  behavior:
    # up at once and at most twofold, down one pod at a time and only after a quiet spell: no flapping
    scaleUp:
      stabilizationWindowSeconds: 0
      policies:
        - {type: Percent, value: 100, periodSeconds: 15}
    scaleDown:
      stabilizationWindowSeconds: {{ $values.autoscaling.quietSeconds }}
      policies:
        - {type: Pods, value: 1, periodSeconds: 15}
---
{{- end }}
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ $name }}
  namespace: {{ $root.Release.Namespace }}
  labels:
    {{- include "analyze.labels" $component | nindent 4 }}
spec:
  minAvailable: {{ $values.minAvailable }}
  # a pod that cannot become ready must not block a drain
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "analyze.selector" $component | nindent 6 }}
{{- end }}


{{/*
The Deployment's `replicas`, or nothing. The autoscaler owns the number while it is on, so the chart must not give one.
But where an earlier release gave one, leaving it out would take the Deployment down to 1 pod until the autoscaler acts:
there the number that runs is given back. Takes the same dict as analyze.workload.
*/}}
{{- define "analyze.replicas" -}}
{{- $scaling := .values.autoscaling -}}
{{- if not $scaling.enabled -}}
{{ .values.replicas }}
{{- else -}}
{{- $live := lookup "apps/v1" "Deployment" .root.Release.Namespace .name | default dict -}}
{{- $isGiven := false -}}
{{- range dig "metadata" "managedFields" list $live -}}
{{- if and (hasPrefix "helm" .manager) (hasKey (dig "f:spec" dict (.fieldsV1 | default dict)) "f:replicas") }}{{ $isGiven = true }}{{ end -}}
{{- end -}}
{{- if $isGiven }}{{ dig "spec" "replicas" 1 $live | int | max (int $scaling.minReplicas) | min (int $scaling.maxReplicas) }}{{ end -}}
{{- end -}}
{{- end }}
