using System.Collections;
using System.Globalization;
using Sluice.Daemon.Settings;
using Sluice.Edge.Hosting;
using Sluice.Silo.Hosting;
using Xunit;
using YamlDotNet.RepresentationModel;

namespace Sluice.Unit.Deploy;

/// <summary>The settings of the kustomize base, read by the processes that they are for.</summary>
public sealed class KubernetesSettingsTests
{
    /// <summary>What Kubernetes and its Secrets fill in.</summary>
    private static readonly Dictionary<string, string> FilledIn = new()
    {
        ["Silo__Address"] = "10.1.2.3",
        ["Storage__DatabaseUrl"] = "postgres://db.example/sluice",
        ["Telemetry__ServiceInstanceId"] = "sluice-silo-7d4b9c-x2x4z",
    };

    private readonly Manifests _base = Manifests.Read();

    [Theory]
    [InlineData("sluice-silo")]
    [InlineData("sluice-edge")]
    public void Every_variable_is_a_setting_of_the_process_with_a_value_that_it_can_read(string name)
    {
        var variables = VariablesOf(name);

        var settings = Read(name, variables);

        Assert.Equal(variables.Count, settings.Count); // None is passed over.
    }

    /// <summary>Guards running streams: a pod that is killed before its process has ended cuts them all.</summary>
    [Fact]
    public void A_pod_may_take_as_long_as_its_process_takes_to_stop()
    {
        var edge = Read("sluice-edge", VariablesOf("sluice-edge"));
        var silo = Read("sluice-silo", VariablesOf("sluice-silo"));

        Assert.InRange(
            GraceOf("sluice-edge"),
            Seconds(edge["Edge:StopDelay"]) + Seconds(edge["Edge:StopTimeout"]) + 5 + 10,
            600);
        var beforeStop = int.Parse(
            ContainerOf("sluice-silo").Text("lifecycle.preStop.sleep.seconds")!, CultureInfo.InvariantCulture);
        Assert.InRange(GraceOf("sluice-silo"), beforeStop + 5 + Seconds(silo["Silo:StopTimeout"]) + 10, 600);
        Assert.Null(ContainerOf("sluice-edge").Node("lifecycle")); // It waits by itself.
    }

    private static IReadOnlyDictionary<string, string?> Read(string name, Hashtable variables)
    {
        var catalog = name is "sluice-silo" ? SiloSettings.Catalog : EdgeSettings.Catalog;
        var mistakes = new List<string>();
        var settings = SettingsReader.Read(catalog, CommandLine.Read([], catalog), variables, mistakes);
        Assert.Empty(mistakes);
        return settings;
    }

    private static double Seconds(string? text) => TimeSpan.Parse(text!, CultureInfo.InvariantCulture).TotalSeconds;

    private double GraceOf(string name) => double.Parse(
        DeploymentOf(name).Text("spec.template.spec.terminationGracePeriodSeconds")!, CultureInfo.InvariantCulture);

    private YamlMappingNode DeploymentOf(string name) => Assert.Single(_base.Deployments, one => one.Name() == name);

    private YamlMappingNode ContainerOf(string name) =>
        Assert.Single(DeploymentOf(name).List("spec.template.spec.containers"));

    private Hashtable VariablesOf(string name)
    {
        var variables = new Hashtable();
        foreach (var source in ContainerOf(name).List("envFrom"))
        {
            var map = Assert.Single(
                _base.OfKind("ConfigMap"), one => one.Name() == source.Text("configMapRef.name"));
            foreach (var (key, value) in map.Map("data"))
            {
                variables[key] = value;
            }
        }

        foreach (var variable in ContainerOf(name).List("env"))
        {
            var key = variable.Text("name")!;
            variables[key] = variable.Text("value") ?? FilledIn[key];
        }

        return variables;
    }
}
