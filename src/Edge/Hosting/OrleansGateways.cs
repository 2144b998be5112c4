using Sluice.Telemetry;

namespace Sluice.Edge.Hosting;

/// <summary>Without a silo nothing can be decided.</summary>
internal sealed class OrleansGateways : IReadinessCheck
{
    private int _connected;

    public string Name => "silo";

    /// <summary>Orleans tells how many silos this edge is connected to.</summary>
    public void Changed(object? sender, GatewayCountChangedEventArgs change) =>
        Volatile.Write(ref _connected, change.NumberOfConnectedGateways);

    public ValueTask<string?> ProblemAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(Volatile.Read(ref _connected) > 0 ? null : "no silo is connected");
}
