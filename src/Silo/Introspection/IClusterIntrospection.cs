namespace Sluice.Silo.Introspection;

/// <summary>
/// What an operator may see of the running cluster, whichever engine runs it. Nothing here changes anything: no grain
/// is activated, none is kept in memory by being looked at, and a silo that does not answer is reported as such.
/// </summary>
internal interface IClusterIntrospection
{
    /// <summary>
    /// The whole cluster, asked silo by silo, all at once. Answers within two seconds, whoever is away.
    /// </summary>
    Task<ClusterReport> ReportAsync(CancellationToken cancellationToken);

    /// <summary>The activations of all silos that answer, those with the longest queues first.</summary>
    Task<GrainList> ListAsync(GrainQuery query, CancellationToken cancellationToken);

    /// <summary>One grain, read without activating it.</summary>
    /// <param name="type">The engine's name of the grain's type, such as <c>client</c>.</param>
    /// <param name="key">The grain's key, unescaped.</param>
    /// <param name="cancellationToken">Gives up the look, and changes nothing.</param>
    /// <returns>Null when the cluster has no grains of that type.</returns>
    Task<GrainReport?> LookAsync(string type, string key, CancellationToken cancellationToken);
}

/// <summary>Which activations to list.</summary>
/// <param name="Type">Only grains of that type; null for all.</param>
/// <param name="WaitingMin">Only grains for which at least so many requests wait. 0 or more.</param>
/// <param name="Most">How many are listed. 1 to <see cref="MostMax"/>.</param>
internal sealed record GrainQuery(string? Type, int WaitingMin, int Most)
{
    public const int MostDefault = 100;
    public const int MostMax = 1000;
}
