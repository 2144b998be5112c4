using System.Linq.Expressions;
using System.Reflection;

namespace Sluice.Actors.Codecs;

/// <summary>
/// What the members of a type are when nobody has set them, seen on an object made for this. A member that begins as
/// <c>default</c> need not be written when it is that.
/// </summary>
internal sealed class OwnDefaults
{
    private readonly object? _fresh;

    internal OwnDefaults(Type type, GroupPlan plan)
    {
        try
        {
            _fresh = plan.Constructor is null
                ? Activator.CreateInstance(type)
                : plan.Constructor.Invoke(Array.ConvertAll(plan.Constructor.GetParameters(), ValueFor));
        }
        catch (TargetInvocationException)
        {
            _fresh = null; // The constructor refuses what is missing: then nothing may be left out.
        }
    }

    internal bool IsPlain(GroupMember member) =>
        _fresh is not null && CodecCatalog.Find(member.Type).IsDefaultObject(member.ValueOf(_fresh));

    private static object? ValueFor(ParameterInfo parameter) =>
        Expression.Lambda(GroupCompiler.DefaultOf(parameter)).Compile().DynamicInvoke();
}
