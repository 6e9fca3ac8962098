// The parts of cert-manager that issue a certificate by ACME, as one process beside the cluster that KUBECONFIG names; with
// arguments, its solver of HTTP-01 challenges. cert-manager's own programs are no Go module that can be fetched.
//
//	GOFLAGS=-mod=mod CGO_ENABLED=0 go build -trimpath -o cert-manager .
//
// SOLVER_IMAGE: image with this program as entry point. NAMESERVER: ip:port of the DNS for self-checks.
package main

import (
	"context"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/cert-manager/cert-manager/pkg/controller"
	_ "github.com/cert-manager/cert-manager/pkg/controller/acmechallenges"
	_ "github.com/cert-manager/cert-manager/pkg/controller/acmeorders"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/acme"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificaterequests/approver"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/issuing"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/keymanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/readiness"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/requestmanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/revisionmanager"
	_ "github.com/cert-manager/cert-manager/pkg/controller/certificates/trigger"
	_ "github.com/cert-manager/cert-manager/pkg/controller/issuers"
	_ "github.com/cert-manager/cert-manager/pkg/issuer/acme"
	"github.com/cert-manager/cert-manager/pkg/issuer/acme/http/solver"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/klog/v2"
)

func must(err error) {
	if err != nil {
		klog.Fatal(err)
	}
}

func solve(arguments []string) {
	given := map[string]string{}
	for _, argument := range arguments {
		name, value, _ := strings.Cut(strings.TrimPrefix(argument, "--"), "=")
		given[name] = value
	}
	port, err := strconv.Atoi(given["listen-port"])
	must(err)
	one := &solver.HTTP01Solver{ListenPort: port, Domain: given["domain"], Token: given["token"], Key: given["key"]}
	must(one.Listen(klog.Background()))
}

func options() controller.ContextOptions {
	quantity := resource.MustParse
	return controller.ContextOptions{
		Kubeconfig: os.Getenv("KUBECONFIG"), KubernetesAPIQPS: 50, KubernetesAPIBurst: 100,
		ACMEOptions: controller.ACMEOptions{
			HTTP01SolverImage:              os.Getenv("SOLVER_IMAGE"),
			HTTP01SolverResourceRequestCPU: quantity("10m"), HTTP01SolverResourceRequestMemory: quantity("64Mi"),
			HTTP01SolverResourceLimitsCPU: quantity("100m"), HTTP01SolverResourceLimitsMemory: quantity("64Mi"),
			ACMEHTTP01SolverRunAsNonRoot: true,
			HTTP01SolverNameservers:      []string{os.Getenv("NAMESERVER")},
			DNS01CheckRetryPeriod:        10 * time.Second,
		},
		CertificateOptions: controller.CertificateOptions{
			CertificateRequestMinimumBackoffDuration: time.Hour,
			CertificateRequestMaximumBackoffDuration: 32 * time.Hour,
		},
		SchedulerOptions: controller.SchedulerOptions{MaxConcurrentChallenges: 60},
		ConfigOptions:    controller.ConfigOptions{EnableGatewayAPI: true},
	}
}

func main() {
	if len(os.Args) > 1 {
		solve(os.Args[1:])
		return
	}
	ctx := context.Background()
	factory, err := controller.NewContextFactory(ctx, options())
	must(err)
	shared, err := factory.Build()
	must(err)
	for _, construct := range controller.Known() {
		one, err := construct(factory)
		must(err)
		go func() { must(one.Run(2, ctx)) }()
	}
	shared.SharedInformerFactory.Start(ctx.Done())
	shared.KubeSharedInformerFactory.Start(ctx.Done())
	shared.HTTP01ResourceMetadataInformersFactory.Start(ctx.Done())
	if shared.GatewaySolverEnabled {
		shared.GWShared.Start(ctx.Done())
	}
	select {}
}
