using System.Text.RegularExpressions;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Sluice.Unit.Deploy;

public sealed partial class KubernetesBaseTests
{
    private readonly Manifests _base = Manifests.Read();

    [Fact]
    public void The_kustomization_lists_every_file_and_every_file_exists()
    {
        var kustomization = Assert.Single(Manifests.Documents("kustomization.yaml"));

        Assert.Equal(Manifests.Files(), kustomization.Texts("resources"));
        Assert.Null(kustomization.Text("namespace"));
    }

    [Fact]
    public void Every_selector_picks_pods_that_exist()
    {
        Assert.All(_base.Deployments, deployment =>
            Assert.Equal([deployment.Name()], _base.Picked(deployment.Map("spec.selector.matchLabels"))));
        Assert.All(_base.OfKind("Service"), service => Assert.Single(_base.Picked(service.Map("spec.selector"))));
        Assert.All(_base.OfKind("PodDisruptionBudget"), budget =>
            Assert.Equal([budget.Name()], _base.Picked(budget.Map("spec.selector.matchLabels"))));
        Assert.All(_base.OfKind("NetworkPolicy"), policy =>
            Assert.NotEmpty(_base.Picked(policy.Map("spec.podSelector.matchLabels"))));
        Assert.All(_base.Deployments, deployment => Assert.All(
            deployment.List("spec.template.spec.topologySpreadConstraints"),
            spread => Assert.Equal([deployment.Name()], _base.Picked(spread.Map("labelSelector.matchLabels")))));
    }

    [Fact]
    public void Every_name_that_is_referred_to_is_there()
    {
        Assert.All(_base.Deployments, deployment =>
            Assert.True(_base.Has("ServiceAccount", deployment.Text("spec.template.spec.serviceAccountName"))));
        Assert.All(_base.Containers.SelectMany(container => container.List("envFrom")), source =>
            Assert.True(_base.Has("ConfigMap", source.Text("configMapRef.name"))));
        Assert.All(_base.Deployments, deployment => Assert.Equal(
            deployment.List("spec.template.spec.volumes").Select(volume => volume.Text("name")).Order(),
            deployment.List("spec.template.spec.containers").Single().List("volumeMounts")
                .Select(mount => mount.Text("name")).Order()));
    }

    [Fact]
    public void Every_port_leads_to_a_container_that_listens_there()
    {
        var ports = _base.OfKind("Service")
            .SelectMany(service => service.List("spec.ports"), (service, port) => (service, port))
            .Select(one => $"{one.service.Name()}:{one.port.Text("port")} -> " + PortOf(one.service, one.port));

        Assert.Equal(
            ["sluice-edge:8080 -> 8080", "sluice-admin:8090 -> 8090", "sluice-silo:11111 -> 11111"], ports);
        var actors = Assert.Single(_base.OfKind("Service"), one => one.Name() is "sluice-silo");
        Assert.Equal("None", actors.Text("spec.clusterIP"));
        Assert.Equal("8080", Settings("sluice-edge")["Edge__Port"]);
        Assert.Equal("9090", Settings("sluice-edge")["Edge__AdminPort"]);
        Assert.Equal("8090", Settings("sluice-silo")["Silo__AdminPort"]);
        Assert.Equal("11111", Settings("sluice-silo")["Silo__Port"]);
        Assert.Equal("sluice-silo:11111", Settings("sluice-edge")["Edge__Seeds__0"]);
    }

    /// <summary>Guards the repository: a secret is named here and lies elsewhere.</summary>
    [Fact]
    public void Secrets_are_referred_to_and_never_written_down()
    {
        Assert.Empty(_base.OfKind("Secret"));
        Assert.All(Manifests.Files(), file =>
            Assert.DoesNotMatch(LooksLikeSecret(), File.ReadAllText(Path.Combine(Manifests.Folder, file))));

        var silo = Assert.Single(_base.Deployments, one => one.Name() is "sluice-silo");
        var container = Assert.Single(silo.List("spec.template.spec.containers"));
        var variable = Assert.Single(container.List("env"), one => one.Node("valueFrom.secretKeyRef") is not null);
        Assert.Equal("Storage__DatabaseUrl", variable.Text("name"));
        Assert.Equal("sluice-database", variable.Text("valueFrom.secretKeyRef.name"));
        Assert.Equal("url", variable.Text("valueFrom.secretKeyRef.key"));

        var volume = Assert.Single(silo.List("spec.template.spec.volumes"), one => one.Node("secret") is not null);
        var file = Assert.Single(volume.List("secret.items"));
        var mount = Assert.Single(container.List("volumeMounts"), one => one.Text("name") == volume.Text("name"));
        Assert.Equal("sluice-master-key", volume.Text("secret.secretName"));
        Assert.Equal("0400", volume.Text("secret.defaultMode"));
        Assert.Equal("master.key", file.Text("key"));
        Assert.Equal(
            Settings("sluice-silo")["Silo__MasterKeyFile"], $"{mount.Text("mountPath")}/{file.Text("path")}");
    }

    [Fact]
    public void Every_container_is_probed_for_start_readiness_and_life()
    {
        Assert.All(_base.Containers, container =>
        {
            // A silo that has not started cannot answer; an edge may wait for one as long as it takes.
            var isSilo = container.Text("name") is "silo";
            Assert.Equal(isSilo ? "/readyz" : "/healthz", container.Text("startupProbe.httpGet.path"));
            Assert.Equal("/readyz", container.Text("readinessProbe.httpGet.path"));
            Assert.Equal("/healthz", container.Text("livenessProbe.httpGet.path"));

            var ports = container.List("ports").Select(port => port.Text("name"));
            Assert.Contains(container.Text("startupProbe.httpGet.port"), ports);
            Assert.Equal("admin", container.Text("readinessProbe.httpGet.port"));
            Assert.Contains(container.Text("readinessProbe.httpGet.port"), ports);
            Assert.Contains(container.Text("livenessProbe.httpGet.port"), ports);
        });
    }

    [Fact]
    public void Memory_is_limited_and_the_processor_only_requested() =>
        Assert.All(_base.Containers, container =>
        {
            Assert.NotNull(container.Text("resources.requests.cpu"));
            Assert.NotNull(container.Text("resources.requests.memory"));
            Assert.Equal(["memory"], container.Map("resources.limits").Keys);
        });

    [Fact]
    public void No_process_has_a_privilege_that_it_does_not_need()
    {
        Assert.All(_base.OfKind("ServiceAccount"), account =>
            Assert.Equal("false", account.Text("automountServiceAccountToken")));
        Assert.All(_base.Deployments, deployment =>
        {
            Assert.Equal("false", deployment.Text("spec.template.spec.automountServiceAccountToken"));
            Assert.Equal("true", deployment.Text("spec.template.spec.securityContext.runAsNonRoot"));
            Assert.Equal("RuntimeDefault", deployment.Text("spec.template.spec.securityContext.seccompProfile.type"));
        });
        Assert.All(_base.Containers, container =>
        {
            Assert.Equal("false", container.Text("securityContext.allowPrivilegeEscalation"));
            Assert.Equal("true", container.Text("securityContext.readOnlyRootFilesystem"));
            Assert.Equal(["ALL"], container.Texts("securityContext.capabilities.drop"));
        });
    }

    [Fact]
    public void An_update_or_a_drained_node_never_leaves_fewer_than_two()
    {
        var budgets = _base.OfKind("PodDisruptionBudget").ToList();
        Assert.All(budgets, budget => Assert.Equal("2", budget.Text("spec.minAvailable")));
        Assert.Equal(_base.Deployments.Select(one => one.Name()), budgets.Select(one => one.Name()).Order());
        Assert.All(_base.Deployments, deployment =>
        {
            Assert.Equal("3", deployment.Text("spec.replicas"));
            Assert.Equal("0", deployment.Text("spec.strategy.rollingUpdate.maxUnavailable"));
            Assert.Equal("1", deployment.Text("spec.strategy.rollingUpdate.maxSurge"));
            Assert.NotNull(deployment.Text("spec.minReadySeconds"));
            Assert.Equal(2, deployment.List("spec.template.spec.topologySpreadConstraints").Count());
        });
    }

    [Fact]
    public void What_no_policy_allows_is_denied_to_every_pod()
    {
        var deny = Assert.Single(_base.OfKind("NetworkPolicy"), one => one.Name() is "sluice-default-deny");

        Assert.Equal(["Ingress", "Egress"], deny.Texts("spec.policyTypes"));
        Assert.Equal(
            _base.Deployments.Select(one => one.Name()), _base.Picked(deny.Map("spec.podSelector.matchLabels")));
    }

    /// <summary>Guards the way in: whoever opens a path has to write it down here as well.</summary>
    [Fact]
    public void Exactly_these_connections_are_allowed() =>
        Assert.Equal(
            """
            sluice-default-deny: nothing
            sluice-dns out to kube-dns in kube-system: 53/UDP 53/TCP
            sluice-edge in from anyone: 8080/TCP
            sluice-edge in from namespaces with sluice-admin=allowed: 9090/TCP
            sluice-edge out to sluice-silo: 11111/TCP
            sluice-edge out to namespaces with sluice-pool=allowed: any
            sluice-edge out to 0.0.0.0/0: 443/TCP
            sluice-silo in from sluice-edge, sluice-silo: 11111/TCP
            sluice-silo in from namespaces with sluice-admin=allowed: 8090/TCP
            sluice-silo out to sluice-silo: 11111/TCP
            sluice-silo out to anyone: 5432/TCP
            """,
            string.Join('\n', _base.OfKind("NetworkPolicy").SelectMany(PolicyText.Of).Order(PolicyText.ByPolicy)));

    [Fact]
    public async Task Kubectl_builds_the_base_with_every_object_once()
    {
        var (exitCode, output) = await ExternalTool.RunAsync("kubectl", "", "kustomize", Manifests.Folder);

        Assert.True(exitCode == 0, output);
        var yaml = new YamlStream();
        yaml.Load(new StringReader(output));
        Assert.Equal(
            _base.Objects.Select(Identity).Order(StringComparer.Ordinal),
            yaml.Documents.Select(one => Identity((YamlMappingNode)one.RootNode)).Order(StringComparer.Ordinal));
    }

    private static string Identity(YamlMappingNode one) => $"{one.Text("apiVersion")} {one.Text("kind")} {one.Name()}";

    private IReadOnlyDictionary<string, string> Settings(string name) =>
        Assert.Single(_base.OfKind("ConfigMap"), one => one.Name() == name).Map("data");

    private string? PortOf(YamlMappingNode service, YamlMappingNode port)
    {
        var picked = Assert.Single(_base.Picked(service.Map("spec.selector")));
        var pods = Assert.Single(_base.Deployments, one => one.Name() == picked);
        return pods.List("spec.template.spec.containers")
            .SelectMany(container => container.List("ports"))
            .Single(one => one.Text("name") == port.Text("targetPort"))
            .Text("containerPort");
    }

    /// <summary>An address with a password, a setting that is one, a key of ours, or a private key.</summary>
    [GeneratedRegex(@"://[^/\s]*:[^/\s]*@|(?i:password|pwd)\s*[=:]|slk_[a-z0-9]+_|-----BEGIN|stringData")]
    private static partial Regex LooksLikeSecret();
}
