# gnuplot fabric-events.gp: time that a fault adds to 40 MB at 800 Gb/s, against its closed form
set terminal svg size 640,360 dynamic font "sans,12"
set output "fabric-events.svg"
set xlabel "closed form [us]"
set ylabel "measured [us]"
set logscale xy
set xrange [10:10000]
set yrange [10:10000]
set key top left
set grid
$rocev2 << EOD
408.0 408.0
272.0 272.0
100.0 100.0
50.5 50.5
56.7 56.4
17.4 18.2
46.4 47.0
4200.5 4200.5
EOD
$uec << EOD
411.9 420.2
274.6 279.6
100.0 105.6
EOD
plot x with lines lc "gray" notitle, $rocev2 with points pt 7 lc "#0060ad" title "rocev2", \
     $uec with points pt 5 lc "#dd181f" title "uec"
