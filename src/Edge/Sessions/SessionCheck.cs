using Sluice.Telemetry;

namespace Sluice.Edge.Sessions;

/// <summary>An edge without a session cannot give its requests an id.</summary>
internal sealed class SessionCheck(EdgeSession session) : IReadinessCheck
{
    public string Name => "session";

    public ValueTask<string?> ProblemAsync(CancellationToken cancellationToken) =>
        ValueTask.FromResult(session.IsOpen ? null : "no silo has given a session yet");
}
