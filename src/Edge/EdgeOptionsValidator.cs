using System.Net;
using Microsoft.Extensions.Options;
using Sluice.Daemon.Settings;
using Sluice.Rules;

namespace Sluice.Edge;

/// <summary>Names every mistake in the edge's settings at once, each with its place.</summary>
internal sealed class EdgeOptionsValidator : IValidateOptions<EdgeOptions>
{
    private static readonly TimeSpan TimeoutMin = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan TimeoutMax = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? name, EdgeOptions options)
    {
        var mistakes = new List<string>();
        mistakes.AddRange(Annotations.MistakesIn("Edge", options));
        if (options.Pools.Count == 0)
        {
            mistakes.Add("Edge:Pools is empty: name at least one pool to forward to.");
        }

        var names = new HashSet<string>();
        var models = new Dictionary<string, string>();
        for (var i = 0; i < options.Pools.Count; i++)
        {
            AddMistakes(options.Pools[i], $"Edge:Pools:{i}", names, models, mistakes);
        }

        if (options.SecurityContact.Length > 0
            && !(Uri.TryCreate(options.SecurityContact, UriKind.Absolute, out var contact)
                && contact.Scheme is "mailto" or "https" or "tel"))
        {
            mistakes.Add(
                $"Edge:SecurityContact '{options.SecurityContact}' is no address such as mailto:security@example.com "
                + "or https://example.com/security.");
        }

        for (var i = 0; i < options.TrustedProxies.Count; i++)
        {
            if (!IPNetwork.TryParse(options.TrustedProxies[i], out _))
            {
                mistakes.Add(
                    $"Edge:TrustedProxies:{i} '{options.TrustedProxies[i]}' is no network: write it as 10.0.0.0/8, "
                    + "with zeros behind its length.");
            }
        }

        for (var i = 0; i < options.Models.Count; i++)
        {
            mistakes.AddRange(options.Models[i].Mistakes($"Edge:Models:{i}"));
        }

        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes);
    }

    private static void AddMistakes(
        PoolOptions pool, string place, HashSet<string> names, Dictionary<string, string> models, List<string> mistakes)
    {
        if (!Names.IsName(pool.Name))
        {
            mistakes.Add($"{place}:Name '{pool.Name}' is not {Names.Rule}.");
        }
        else if (!names.Add(pool.Name))
        {
            mistakes.Add($"{place}:Name '{pool.Name}' is used twice.");
        }

        if (!Uri.TryCreate(pool.Address, UriKind.Absolute, out var address)
            || address.Scheme is not ("http" or "https")
            || address.UserInfo.Length > 0
            || address.Query.Length > 0)
        {
            mistakes.Add($"{place}:Address must be an http or https address without user, password and query.");
        }

        if (pool.Models.Count == 0)
        {
            mistakes.Add($"{place}:Models is empty: name the models that this pool serves.");
        }

        foreach (var model in pool.Models)
        {
            if (model.Length is < 1 or > 256)
            {
                mistakes.Add($"{place}:Models: '{model}' is not 1 to 256 characters long.");
            }
            else if (!models.TryAdd(model, pool.Name))
            {
                mistakes.Add($"{place}:Models: '{model}' is served by pool '{models[model]}' already.");
            }
        }

        if (pool.KeyFile.Length > 0 && !File.Exists(pool.KeyFile))
        {
            mistakes.Add($"{place}:KeyFile '{pool.KeyFile}' does not exist.");
        }

        AddMistake(pool.FirstByteTimeout, $"{place}:FirstByteTimeout", mistakes);
        AddMistake(pool.IdleTimeout, $"{place}:IdleTimeout", mistakes);
    }

    private static void AddMistake(TimeSpan timeout, string place, List<string> mistakes)
    {
        if (timeout < TimeoutMin || timeout > TimeoutMax)
        {
            mistakes.Add($"{place} {timeout} is not between 10 milliseconds and 1 hour.");
        }
    }
}
