using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace Sluice.Conformance.Scenes;

/// <summary>On a theory: it holds whoever calls.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class CallersAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(
        MethodInfo testMethod, DisposalTracker disposalTracker) =>
        ValueTask.FromResult<IReadOnlyCollection<ITheoryDataRow>>(
            [.. Enum.GetValues<Caller>().Select(caller => new TheoryDataRow<Caller>(caller))]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
