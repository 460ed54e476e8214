// A tour of Doctor with gophercloud, as Terraform's provider, openstack-exporter and the cloud
// controller for Kubernetes make their clients: from the environment and the service catalogue alone.
//
// INTEROP_HOST is a host that may be reported down, INTEROP_SERVER a server on it.
// It prints a line for each step and ends with 1 at the first one that fails.
package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"

	"github.com/gophercloud/gophercloud/v2"
	"github.com/gophercloud/gophercloud/v2/openstack"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/hypervisors"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/servers"
	"github.com/gophercloud/gophercloud/v2/openstack/compute/v2/services"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/projects"
	"github.com/gophercloud/gophercloud/v2/openstack/identity/v3/tokens"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/networks"
	"github.com/gophercloud/gophercloud/v2/openstack/networking/v2/ports"
)

var ctx = context.Background()

// must ends the program unless the step went well.
func must[T any](step string) func(T, error) T {
	return func(value T, err error) T {
		if err != nil {
			fmt.Printf("FAILED  %s: %v\n", step, err)
			os.Exit(1)
		}
		fmt.Printf("ok      %s\n", step)
		return value
	}
}

// want ends the program unless what was found is what is right.
func want[T comparable](what string, found, right T) {
	var err error
	if found != right {
		err = fmt.Errorf("found %v, wanted %v", found, right)
	}
	must[T](what)(found, err)
}

func main() {
	options := must[gophercloud.AuthOptions]("read the environment")(openstack.AuthOptionsFromEnv())
	provider := must[*gophercloud.ProviderClient]("log in")(login(options))
	region := gophercloud.EndpointOpts{Region: os.Getenv("OS_REGION_NAME")}

	identityTour(provider, region)
	computeTour(provider, region, os.Getenv("INTEROP_HOST"), os.Getenv("INTEROP_SERVER"))
	networkTour(provider, region, os.Getenv("INTEROP_HOST"))
}

// login is openstack.AuthenticatedClient, with all requests sent to the recorder if there is one.
func login(options gophercloud.AuthOptions) (*gophercloud.ProviderClient, error) {
	provider, err := openstack.NewClient(options.IdentityEndpoint)
	if err != nil {
		return nil, err
	}
	if recorder, err := url.Parse(os.Getenv("INTEROP_PROXY")); err == nil && recorder.Host != "" {
		provider.HTTPClient.Transport = &http.Transport{Proxy: http.ProxyURL(recorder)}
	}
	return provider, openstack.Authenticate(ctx, provider, options)
}

func identityTour(provider *gophercloud.ProviderClient, region gophercloud.EndpointOpts) {
	identity := must[*gophercloud.ServiceClient]("find the identity service")(openstack.NewIdentityV3(provider, region))
	token := tokens.Get(ctx, identity, provider.Token())
	project := must[*tokens.Project]("validate the token")(token.ExtractProject())
	page := must[any]("list projects")(func() (any, error) {
		pages, err := projects.List(identity, projects.ListOpts{Name: project.Name}).AllPages(ctx)
		if err != nil {
			return nil, err
		}
		return projects.ExtractProjects(pages)
	}())
	found, _ := page.([]projects.Project)
	want("a project is found by its name", len(found) == 1 && found[0].ID == project.ID, true)
	shown := must[*projects.Project]("show the project")(projects.Get(ctx, identity, project.ID).Extract())
	want("the project has its name", shown.Name, project.Name)
}

// service is nova-compute on a host.
func service(compute *gophercloud.ServiceClient, host string) (services.Service, error) {
	pages, err := services.List(compute, services.ListOpts{Host: host, Binary: "nova-compute"}).AllPages(ctx)
	if err != nil {
		return services.Service{}, err
	}
	all, err := services.ExtractServices(pages)
	if err == nil && len(all) != 1 {
		err = fmt.Errorf("%d services on %s", len(all), host)
	}
	if err != nil {
		return services.Service{}, err
	}
	return all[0], nil
}

func computeTour(provider *gophercloud.ProviderClient, region gophercloud.EndpointOpts, host, server string) {
	compute := must[*gophercloud.ServiceClient]("find the compute service")(openstack.NewComputeV2(provider, region))
	compute.Microversion = "2.53"
	found := must[services.Service]("find the host's service")(service(compute, host))
	want("the host is up", found.State, "up")

	must[any]("list hypervisors")(func() (any, error) {
		pages, err := hypervisors.List(compute, hypervisors.ListOpts{}).AllPages(ctx)
		if err != nil {
			return nil, err
		}
		return hypervisors.ExtractHypervisors(pages)
	}())
	listed := must[[]servers.Server]("list the host's servers")(func() ([]servers.Server, error) {
		pages, err := servers.List(compute, servers.ListOpts{AllTenants: true, Host: host}).AllPages(ctx)
		if err != nil {
			return nil, err
		}
		return servers.ExtractServers(pages)
	}())
	want("its servers", len(listed), 1)

	down := services.UpdateOpts{ForcedDown: true}
	must[*services.Service]("report the host down")(services.Update(ctx, compute, found.ID, down).Extract())
	want("the host is down", must[services.Service]("show it again")(service(compute, host)).State, "down")
	compute.Microversion = "2.13" // gophercloud always sends onSharedStorage, which 2.14 took away
	must[string]("evacuate the server")(servers.Evacuate(ctx, compute, server, servers.EvacuateOpts{}).ExtractAdminPass())
	compute.Microversion = "2.53"
	moved := must[*servers.Server]("show the server")(servers.Get(ctx, compute, server).Extract())
	want("the server has left its host", moved.Host != host, true)
	must[any]("lock the server")(nil, servers.Lock(ctx, compute, server).ExtractErr())
	must[any]("unlock the server")(nil, servers.Unlock(ctx, compute, server).ExtractErr())
}

func networkTour(provider *gophercloud.ProviderClient, region gophercloud.EndpointOpts, host string) {
	network := must[*gophercloud.ServiceClient]("find the network service")(openstack.NewNetworkV2(provider, region))
	made := must[*networks.Network]("create a network")(
		networks.Create(ctx, network, networks.CreateOpts{Name: host}).Extract())
	port := must[*ports.Port]("create a port")(
		ports.Create(ctx, network, ports.CreateOpts{NetworkID: made.ID, Name: host}).Extract())
	name := host + "-renamed"
	renamed := must[*ports.Port]("rename the port")(
		ports.Update(ctx, network, port.ID, ports.UpdateOpts{Name: &name}).Extract())
	want("the port has its new name", renamed.Name, name)
	pages := must[int]("list the network's ports")(func() (int, error) {
		all, err := ports.List(network, ports.ListOpts{NetworkID: made.ID}).AllPages(ctx)
		if err != nil {
			return 0, err
		}
		extracted, err := ports.ExtractPorts(all)
		return len(extracted), err
	}())
	want("its ports", pages, 1)
	must[any]("delete the port")(nil, ports.Delete(ctx, network, port.ID).ExtractErr())
	must[any]("delete the network")(nil, networks.Delete(ctx, network, made.ID).ExtractErr())
}
