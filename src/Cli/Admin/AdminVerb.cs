namespace Sluice.Cli.Admin;

/// <summary>One thing that an operator can do, and the call of the admin API that it is.</summary>
/// <param name="Name">The words on the command line, such as <c>keys rotate</c>.</param>
/// <param name="Description">For <c>--help</c>.</param>
/// <param name="Method">The method of HTTP.</param>
/// <param name="Path">Below <c>/admin/v1</c>; what stands in braces is an argument of that name.</param>
internal sealed record AdminVerb(string Name, string Description, HttpMethod Method, string Path)
{
    /// <summary>Members of the body: each is an option; a name ending in <c>!</c> must be given.</summary>
    public IReadOnlyList<(string Name, string Description)> Body { get; init; } = [];

    /// <summary>Parameters of the query: each is an option.</summary>
    public IReadOnlyList<(string Name, string Description)> Query { get; init; } = [];

    /// <summary>Members that always are in the body.</summary>
    public IReadOnlyList<(string Name, object Value)> Fixed { get; init; } = [];

    /// <summary>True: the body is a file that the operator names, JSON as the admin API wants it.</summary>
    public bool TakesFile { get; init; }

    /// <summary>Members to show of each item of a list, in a table; empty for an answer that is no list.</summary>
    public IReadOnlyList<string> Columns { get; init; } = [];

    /// <summary>A path whose answer's summary is told below the table; null for none.</summary>
    public string? SummaryFrom { get; init; }

    /// <summary>True: the answer is lines, which are passed on as they come.</summary>
    public bool IsLines { get; init; }
}
