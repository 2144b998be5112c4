namespace Sluice.Telemetry;

/// <summary>
/// One thing that must be well before this process may be sent requests. Register as a singleton; it is asked at every
/// probe, so it should look at what is known, not go and find out.
/// </summary>
public interface IReadinessCheck
{
    /// <summary>Names the thing in the answer of <c>/readyz</c>, such as <c>database</c>.</summary>
    string Name { get; }

    /// <summary>
    /// What is wrong, as a short phrase without secrets, addresses or personal data (everyone may read it); null when
    /// nothing is. An exception counts as a problem, and so does no answer within 2 seconds.
    /// </summary>
    ValueTask<string?> ProblemAsync(CancellationToken cancellationToken);
}
