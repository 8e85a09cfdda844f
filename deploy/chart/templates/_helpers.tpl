{{- define "fulfil.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{- define "fulfil.labels" -}}
app.kubernetes.io/name: fulfil
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{- define "fulfil.address" -}}
{{- if .Values.temporal.bundled -}}
temporal.{{ .Release.Namespace }}:7233
{{- else -}}
{{ required "temporal.address is needed: host:port of a Temporal frontend, or temporal.bundled=true for trying out" .Values.temporal.address }}
{{- end }}
{{- end }}

{{- /* One volume of one node holds the documents: there is one worker, and everybody is where it is. */ -}}
{{- define "fulfil.oneNode" -}}
{{- if and (not .Values.artifacts.url) (ne .Values.artifacts.volume.accessMode "ReadWriteMany") }}yes{{ end }}
{{- end }}

{{- /* The volume is on one node; when all have left it, the first one chooses another. */ -}}
{{- define "fulfil.together" -}}
affinity:
  podAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - topologyKey: kubernetes.io/hostname
        labelSelector:
          matchExpressions:
            - { key: app.kubernetes.io/name, operator: In, values: [fulfil] }
            - { key: app.kubernetes.io/component, operator: In, values: [worker, controller] }
{{- end }}

{{- define "fulfil.environment" -}}
envFrom:
  - configMapRef: { name: fulfil }
  {{- with .Values.temporal.secret }}
  - secretRef: { name: {{ . }} }
  {{- end }}
  {{- if .Values.artifacts.url }}
  - secretRef: { name: {{ .Values.artifacts.secret | default "fulfil-artifacts" }}, optional: {{ not .Values.artifacts.secret }} }
  {{- end }}
{{- end }}

{{- define "fulfil.pod" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "fulfil.container" -}}
image: {{ include "fulfil.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
livenessProbe:
  httpGet: { path: /healthz, port: probes }
  # longer than a full collection of a large heap
  timeoutSeconds: 5
readinessProbe:
  httpGet: { path: /readyz, port: probes }
startupProbe:
  httpGet: { path: /healthz, port: probes }
  periodSeconds: 2
  failureThreshold: 60
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
{{- end }}
