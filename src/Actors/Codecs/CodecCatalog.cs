using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.CompilerServices;

namespace Sluice.Actors.Codecs;

/// <summary>The codecs of this process: one for each type, made when it is first asked for.</summary>
internal static class CodecCatalog
{
    private static readonly Lock Making = new();

    /// <summary>Filled under the lock, before <see cref="Ready"/> knows of any of them.</summary>
    private static readonly ConcurrentDictionary<Type, Codec> All = new();

    /// <summary>Those that can be used: all that they need can be, too.</summary>
    private static readonly ConcurrentDictionary<Type, bool> Ready = new();

    /// <exception cref="NotSupportedException">The type cannot travel; every reason is named.</exception>
    internal static Codec<T> Of<T>()
    {
        if (!Ready.ContainsKey(typeof(T)))
        {
            Make(typeof(T));
        }

        return CodecOf<T>.Instance;
    }

    /// <summary>
    /// Why a type cannot travel: every reason, each a sentence that begins with the place; none when it can.
    /// </summary>
    /// <param name="type">What is to be an argument, or a result.</param>
    /// <param name="place">Where it is used, such as <c>IWorker.Do takes request</c>.</param>
    internal static IEnumerable<string> Mistakes(Type type, string place) => TypeRules.Mistakes(type, place);

    internal static Codec Find(Type type) => All[type];

    internal static Codec<T> Made<T>() => (Codec<T>)All[typeof(T)];

    private static void Make(Type type)
    {
        var mistakes = Mistakes(type, type.ToString()).ToList();
        if (mistakes.Count > 0)
        {
            throw new NotSupportedException(string.Join(Environment.NewLine, mistakes));
        }

        lock (Making)
        {
            var made = new HashSet<Type>();
            var open = new Stack<Type>([type]);
            while (open.TryPop(out var next))
            {
                if (!Ready.ContainsKey(next) && made.Add(next))
                {
                    foreach (var part in Add(next))
                    {
                        open.Push(part);
                    }
                }
            }

            foreach (var next in made)
            {
                // Compiled code reads the field; once it is set, the just-in-time compiler takes it for a constant.
                RuntimeHelpers.RunClassConstructor(typeof(CodecOf<>).MakeGenericType(next).TypeHandle);
            }

            foreach (var next in made)
            {
                All[next].Link();
            }

            foreach (var next in made)
            {
                Ready[next] = true;
            }
        }
    }

    /// <summary>Adds the codec of one type, and says which types it needs.</summary>
    private static IEnumerable<Type> Add(Type type)
    {
        if (CodecTypes.CodecOf(type) is { } known)
        {
            All.GetOrAdd(type, _ => New(known));
            return CodecTypes.PartsOf(type);
        }

        var plan = GroupPlan.Of(type, [])!;
        All.GetOrAdd(type, _ => New(typeof(GroupCodec<>).MakeGenericType(type), plan));
        return plan.Members.Select(member => member.Type);
    }

    private static Codec New(Type type, params object[] arguments) => (Codec)Activator.CreateInstance(
        type, BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic, null, arguments, null)!;
}
