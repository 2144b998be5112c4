using Microsoft.Extensions.Options;
using Sluice.Edge.Models;

namespace Sluice.Edge.Pools;

/// <summary>Which pool serves which model.</summary>
internal sealed class PoolCatalog
{
    private readonly Dictionary<string, Pool> _byModel = new(StringComparer.Ordinal);

    public PoolCatalog(IOptions<EdgeOptions> options)
    {
        Costs = new ModelCosts(options.Value);
        All = [.. options.Value.Pools.Select(ToPool)];
        foreach (var pool in All)
        {
            foreach (var model in pool.Models)
            {
                _byModel.Add(model, pool);
            }
        }
    }

    public IReadOnlyList<Pool> All { get; }

    /// <summary>What calls of each model cost at most.</summary>
    public ModelCosts Costs { get; }

    /// <summary>The pool that serves the model; null when none does.</summary>
    public Pool? Serving(string model) => _byModel.GetValueOrDefault(model);

    private static Pool ToPool(PoolOptions options) => new(
        options.Name,
        new Uri(options.Address),
        [.. options.Models],
        options.KeyFile.Length == 0 ? null : File.ReadAllText(options.KeyFile).Trim(),
        options.AskForUsage,
        options.FirstByteTimeout,
        options.IdleTimeout);
}
